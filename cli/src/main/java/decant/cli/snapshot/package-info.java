/// Snapshots of canisters: taking, listing and restoring them, and writing them into directories and back.
///
/// Whether such a directory, or any other that a node writes, is whole is said by [InspectCommand].
package decant.cli.snapshot;

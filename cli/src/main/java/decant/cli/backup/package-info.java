/// Backups of whole nodes: making them, listing and verifying them, and bringing a node back from one.
package decant.cli.backup;

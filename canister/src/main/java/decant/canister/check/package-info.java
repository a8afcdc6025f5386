/// What can be known about an upgrade before any code runs.
///
/// ```java
/// var before = CodeFacts.of(installedModule, installedMetadata);
/// var after = CodeFacts.of(newModule, newMetadata);
/// var report = UpgradeChecks.run(before, after, UpgradePlan.USUAL.withArgument(argument).withCanister(canister));
/// report.isCompatible();      // no finding is an error
/// report.findings();          // what was found, and what could not be checked
/// ```
///
/// Each [decant.canister.check.Check] looks at one promise of the old code that the new code must keep. A check that
/// lacks what it needs, as the metadata of a module, says so by a note: silence means that it was made.
package decant.canister.check;

/// Rehearsals: an upgrade is tried on a copy of a canister, to know before it is made.
///
/// ```java
/// var rehearsal = new Rehearsal(modules);
/// var report = rehearsal.run(canister, chronicle, request, RehearsalPlan.asked(env.limits()), env);
/// report.verdict();           // SAFE, UNSAFE or UNKNOWN
/// report.reasons();           // the findings that the verdict stands on
/// report.toText();
/// ```
///
/// A canister's state is a value that shares its pages, so a copy costs what is written to it. Two copies are made: one
/// keeps the old version, the other gets the new one. They are asked the same and the answers are compared; the new one
/// is upgraded once more, lives on for a while, and goes back to the old version.
///
/// The verdict is one of three, since absence of evidence is none: `SAFE` needs at least one answer that could be
/// compared, and what changed in a way that may be intended or not leaves the verdict open.
package decant.canister.rehearsal;

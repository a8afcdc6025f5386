/// Changing the code of a canister, and taking it back: deploy, history and undo, and how their reports are told.
package decant.cli.upgrade;

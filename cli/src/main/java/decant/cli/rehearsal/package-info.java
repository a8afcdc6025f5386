/// What an upgrade would do, tried on copies: rehearse, bisect and doctor; and what is in a canister's state.
package decant.cli.rehearsal;

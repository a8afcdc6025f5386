/// What happens when a message meets a canister.
package decant.canister;

/// Motoko: finding and running its compiler, and what it leaves in a module.
package decant.motoko;

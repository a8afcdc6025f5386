/// The wire: request envelopes and ids, CBOR, hash trees, certificates, signatures, delegations.
package decant.protocol;

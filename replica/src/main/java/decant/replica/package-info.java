/// Order and time: ingress, input log, rounds, queries, certification.
package decant.replica;

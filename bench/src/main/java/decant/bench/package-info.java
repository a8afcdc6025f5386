/// Benchmarks against peers and limits, each a ratio measured in one run.
package decant.bench;

/// Versioned pages on disk. Knows nothing of canisters or Wasm.
///
/// An owner keeps its state as values: images (`PageMap`) and whatever else it likes. What it is told it first
/// appends to an `AppendLog`, and acknowledges when that returns. Now and then it gives a `Checkpoint` of its
/// state to a `Store`, on another thread if it likes, and then forgets the log up to there.
///
/// ```
/// try (var store = Store.open(directory.resolve("store"));
///         var log = AppendLog.open(directory.resolve("log"))) {
///     PageMap heap = store.latest().map(checkpoint -> checkpoint.images().get("heap")).orElse(PageMap.empty());
///     long height = store.latest().map(Checkpoint::height).orElse(0L);
///     log.forEachFrom(height + 1, (sequence, input) -> ...);              // recovery: checkpoint + replay
///     height = log.append(List.of(input));                                // durable: may be acknowledged
///     PageMap next = heap.with(delta);                                    // costs what was changed
///     PageMap durable = store.write(new Checkpoint(height, records, images)).get("heap");
///     next = next.rebase(heap, durable);                                  // memory is given back
///     log.truncateBefore(height + 1);
/// }
/// ```
///
/// The data model, from the outside to the inside:
/// ```
/// Store      = Checkpoint?
/// Checkpoint = height, (name -> record)*, (name -> PageMap)*
/// PageMap    = PageTree OverlayStack         what is only in memory, over what is in files
/// OverlayStack = Overlay*                    the newest first
/// Layer      = PageTree | Overlay            a sparse set of pages
/// Extent     = Zeros | Resident | Stored     neighbouring pages whose content lies in one place
/// AppendLog  = LogSegment+ spare*
/// ```
///
/// The bytes are told by `StoreFormat`, `OverlayFormat`, `Metadata` and `LogFormat`; what is durable when, by
/// the essays in `Store` and `AppendLog`.
package decant.store;

package decant.canister;

import decant.canister.RunRequest.Entry;
import decant.canister.ic0.Fault;
import decant.canister.ic0.Invocation;
import decant.canister.ic0.SystemApi;
import decant.canister.state.Closure;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.MemoryImage;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.wasm.CallResult;
import decant.wasm.ConstantExpression;
import decant.wasm.DataSegment;
import decant.wasm.ExternType;
import decant.wasm.FunctionType;
import decant.wasm.Import;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Memory;
import decant.wasm.Table;
import decant.wasm.ValueType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A module's instance that stays in memory between runs, and knows which page image its heap equals.
///
/// Before a run it is brought to the state of the canister's code, which costs the pages that differ; after a run
/// its dirty pages become the next image, or are undone. One thread at a time.
final class Resident implements AutoCloseable {
    private static final long WASM_PAGE_BYTES = 65_536;

    /// Where more pages may differ, as after an undo, it costs less to map the image anew than to compare and copy.
    private static final long COMPARED_PAGES_MAX = 4_096;

    private final CanisterModule module;
    private final SystemApi api = new SystemApi();
    private final Instance instance;
    private @Nullable Memory importedMemory;

    /// What the heap equals between runs; null while that is not known.
    private @Nullable PageMap pages;

    private long pagesCopied;

    private Resident(CanisterModule module, boolean begins) {
        this.module = module;
        var limits = InstanceLimits.DEFAULT
                .withMemoryBytesMax(ModuleLimits.heapBytesMax(module.is64()))
                .withMemoryGrowth(api::mayGrowHeap);
        var imports = importsOf(module);
        this.instance = begins
                ? Instance.instantiate(module.module(), imports, limits)
                : Instance.resume(module.module(), imports, limits);
    }

    /// {@return an instance in its initial state: data segments in place, globals with their first values}
    ///
    /// @throws decant.wasm.InstantiationFailure where a segment does not fit
    static Resident begin(CanisterModule module) {
        return new Resident(module, true);
    }

    /// {@return an instance whose heap is yet to be filled from an image; globals have their first values}
    static Resident resume(CanisterModule module) {
        return new Resident(module, false);
    }

    /// The System API, and the memory and the table of a module that imports them instead of declaring them.
    private Imports importsOf(CanisterModule module) {
        var imports = api.imports(module.is64());
        for (Import wanted : module.module().imports()) {
            switch (wanted.type()) {
                case ExternType.Memory(var type) -> {
                    var memory = new Memory(type, ModuleLimits.heapBytesMax(type.is64()), api::mayGrowHeap);
                    imports = imports.with(wanted.module(), wanted.name(), memory);
                    importedMemory = memory;
                }
                case ExternType.Table(var type) -> {
                    var table = new Table(type, InstanceLimits.DEFAULT.tableElementsMax());
                    imports = imports.with(wanted.module(), wanted.name(), table);
                }
                case ExternType.Function _, ExternType.Global _ -> {}
            }
        }
        return imports;
    }

    CanisterModule module() {
        return module;
    }

    /// {@return how many pages were copied so far to bring the heap to the state of a canister's code; pages mapped
    /// from files do not count}
    long pagesCopied() {
        return pagesCopied;
    }

    /// {@return the heap of an instance that begins; to be asked before anything runs}
    MemoryImage initialHeap() {
        var heap = instance.memory()
                .map(memory -> MemoryImage.EMPTY.written(initialPages(memory), memory.bytes()))
                .orElse(MemoryImage.EMPTY);
        // What a first message writes must not depend on whether this instance is still there by then.
        instance.commit();
        pages = heap.pages();
        return heap;
    }

    /// {@return the values of the module's globals}
    long[] globals() {
        return instance.globals();
    }

    /// Runs a function and keeps what it did to the memories, if it ended well.
    Run run(RunRequest request) {
        return run(request, true);
    }

    /// Runs a function and undoes what it did to the memories.
    Run peek(RunRequest request) {
        return run(request, false);
    }

    private Run run(RunRequest request, boolean keep) {
        if (heapExceedsDeclaration(request.code())) {
            return notRunnable(request.code());
        }
        assume(request.code());
        int function = functionOf(request.entry());
        if (function < 0) {
            return notFound(request.entry());
        }
        var invocation = new Invocation(
                request.context(),
                request.canister(),
                request.code().stable(),
                request.incoming(),
                request.surroundings(),
                instance,
                request.budget().instructions());
        instance.begin(request.code().heap().pages()::read);
        instance.setFuel(request.budget().instructions());
        api.enter(invocation);
        CallResult result;
        try {
            result = instance.call(function, argumentsOf(request.entry()));
        } finally {
            api.leave();
        }
        long left = instance.fuel();
        invocation.payForHeap();
        if (left >= 0 && instance.fuel() < 0) {
            // Whatever came of it came too late.
            return trapped(Failure.outOfInstructions(request.budget().limit()), invocation);
        }
        return switch (result) {
            case CallResult.Returned _ -> returned(request, invocation, keep);
            case CallResult.Trapped(var trap) ->
                trapped(Failure.of(trap, request.budget().limit()), invocation);
        };
    }

    private Run returned(RunRequest request, Invocation invocation, boolean keep) {
        long limit = request.canister().settings().wasmMemoryLimitBytes();
        if (request.context().obeysWasmMemoryLimit() && limit != 0 && heapBytes() > limit) {
            var text = SystemApi.wasmMemoryLimitText(limit, heapBytes());
            return trapped(Failure.of(ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED, text), invocation);
        }
        long used = invocation.instructionsUsed();
        if (!keep) {
            instance.rollback();
            var touched = new PagesTouched(0, invocation.stablePagesTouched());
            return new Run.Completed(invocation.changes(), request.code(), invocation.logLines(), used, touched);
        }
        long bytesMax = request.surroundings().writtenBytesMax();
        long dirty = instance.memory().map(Memory::dirtyPageCount).orElse(0);
        if (dirty + invocation.stablePagesWritten() > bytesMax / PageMap.PAGE_BYTES) {
            return trapped(
                    Failure.of(ErrorCode.CANISTER_MEMORY_ACCESS_LIMIT_EXCEEDED, Fault.writtenTooMuchText(bytesMax)),
                    invocation);
        }
        var written = writtenPages();
        var touched = new PagesTouched(written.size(), invocation.stablePagesTouched());
        var code = commit(request.code(), written, invocation);
        return new Run.Completed(invocation.changes(), code, invocation.logLines(), used, touched);
    }

    private Run trapped(Failure failure, Invocation invocation) {
        long used = invocation.instructionsUsed();
        int heapPages = instance.memory().map(Memory::dirtyPageCount).orElse(0);
        instance.rollback();
        var log = new ArrayList<>(invocation.logLines());
        log.add(failure.logLine());
        return new Run.Trapped(failure, log, used, new PagesTouched(heapPages, invocation.stablePagesTouched()));
    }

    private Code commit(Code code, PageDelta written, Invocation invocation) {
        var heap = instance.memory()
                .map(memory -> code.heap().written(written, memory.bytes()))
                .orElse(code.heap());
        instance.commit();
        pages = heap.pages();
        return code.withMemory(instance.globals(), heap, invocation.stableImage());
    }

    private PageDelta writtenPages() {
        var delta = new PageDelta();
        instance.memory()
                .ifPresent(memory -> memory.forEachDirtyPage(
                        (page, content) -> delta.put(page, content.toArray(ValueLayout.JAVA_BYTE))));
        return delta;
    }

    private long heapBytes() {
        return instance.memory().map(Memory::bytes).orElse(0L);
    }

    private int functionOf(Entry entry) {
        return switch (entry) {
            case Entry.Function(int index) -> index;
            case Entry.Callback(var closure) -> callbackFunction(closure);
        };
    }

    private int callbackFunction(Closure closure) {
        int function = module.module().tables().isEmpty() ? -1 : instance.tableFunction(closure.tableIndex());
        var address = module.is64() ? ValueType.I64 : ValueType.I32;
        var wanted = new FunctionType(List.of(address), List.of());
        return function >= 0 && module.module().functionType(function).equals(wanted) ? function : -1;
    }

    private static Run notFound(Entry entry) {
        if (!(entry instanceof Entry.Callback(var closure))) {
            throw new AssertionError("BUG: a module without the function of its own export: " + entry);
        }
        var failure = Failure.of(
                ErrorCode.CANISTER_FUNCTION_NOT_FOUND,
                "Canister requested to invoke a non-existent Wasm function "
                        + Long.toUnsignedString(closure.tableIndex()) + " from table 0");
        return neverBegun(failure);
    }

    /// A heap kept in an upgrade may be larger than the new module lets its memory become.
    private boolean heapExceedsDeclaration(Code code) {
        return instance.memory()
                .filter(memory -> code.heap().bytes() > memory.bytesMax())
                .isPresent();
    }

    private static Run neverBegun(Failure failure) {
        return new Run.Trapped(failure, List.of(failure.logLine()), 0, PagesTouched.NONE);
    }

    private Run notRunnable(Code code) {
        long pagesMax = module.heapBytesMax() / WASM_PAGE_BYTES;
        return neverBegun(Failure.of(
                ErrorCode.CANISTER_WASM_ENGINE_ERROR,
                "Canister encountered a Wasm engine error: Failed to grow wasm memory to "
                        + code.heap().bytes() / WASM_PAGE_BYTES + " pages, which exceeds module's declared maximum of "
                        + pagesMax + " pages."));
    }

    private static long[] argumentsOf(Entry entry) {
        return switch (entry) {
            case Entry.Function _ -> new long[0];
            case Entry.Callback(var closure) -> new long[] {closure.environment()};
        };
    }

    /// Brings heap and globals to those of `code`.
    private void assume(Code code) {
        instance.memory().ifPresent(memory -> assume(memory, code.heap()));
        instance.setGlobals(code.globals());
    }

    private void assume(Memory memory, MemoryImage heap) {
        var known = pages;
        if (known != null && known.isSame(heap.pages()) && memory.bytes() == heap.bytes()) {
            // What a checkpoint has moved into files is not held in memory by this instance any longer.
            pages = heap.pages();
            return;
        }
        pages = null;
        if (known != null
                && known.pagesToCompare(heap.pages()) <= COMPARED_PAGES_MAX
                && reaches(memory, heap.bytes())) {
            load(memory, known, heap.pages());
        } else {
            wake(memory, heap);
        }
        pages = heap.pages();
    }

    private static boolean reaches(Memory memory, long bytes) {
        long missing = bytes - memory.bytes();
        return missing == 0 || (missing > 0 && memory.grow(missing / WASM_PAGE_BYTES) >= 0);
    }

    private void wake(Memory memory, MemoryImage heap) {
        memory.reset(heap.bytes());
        memory.mappable()
                .ifPresentOrElse(
                        target -> pagesCopied += heap.pages().mapInto(target),
                        () -> load(memory, PageMap.empty(), heap.pages()));
    }

    private void load(Memory memory, PageMap known, PageMap wanted) {
        var page = new byte[PageMap.PAGE_BYTES];
        known.forEachDifference(wanted, index -> {
            wanted.read(index * PageMap.PAGE_BYTES, page, 0, page.length);
            memory.load(index, MemorySegment.ofArray(page));
            pagesCopied++;
        });
    }

    /// {@return the pages that the active data segments fill: all that is not zero in a fresh memory}
    private PageDelta initialPages(Memory memory) {
        var filled = new TreeSet<Long>();
        for (DataSegment segment : module.module().data()) {
            segment.offset().ifPresent(offset -> addPages(filled, addressOf(offset), segment.length()));
        }
        var delta = new PageDelta();
        for (long page : filled) {
            delta.put(page, memory.read(page * PageMap.PAGE_BYTES, PageMap.PAGE_BYTES));
        }
        return delta;
    }

    private static void addPages(Set<Long> pages, long address, int bytes) {
        for (long page = address / PageMap.PAGE_BYTES; page * PageMap.PAGE_BYTES < address + bytes; page++) {
            pages.add(page);
        }
    }

    private static long addressOf(ConstantExpression offset) {
        return switch (offset) {
            case ConstantExpression.I32Const(int value) -> Integer.toUnsignedLong(value);
            case ConstantExpression.I64Const(long value) -> value;
            case ConstantExpression.F32Const _,
                    ConstantExpression.F64Const _,
                    ConstantExpression.V128Const _,
                    ConstantExpression.RefNull _,
                    ConstantExpression.RefFunc _,
                    ConstantExpression.GlobalGet _ ->
                throw new AssertionError("BUG: a data segment at " + offset + " passed the checks");
        };
    }

    @Override
    public void close() {
        instance.close();
        if (importedMemory != null) {
            importedMemory.close();
        }
    }
}

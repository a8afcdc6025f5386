package decant.wasm.compile;

import static decant.wasm.binary.Opcode.CALL;
import static decant.wasm.binary.Opcode.CALL_INDIRECT;
import static decant.wasm.binary.Opcode.RETURN_CALL;
import static decant.wasm.binary.Opcode.RETURN_CALL_INDIRECT;
import static java.lang.constant.ConstantDescs.CD_int;

import decant.wasm.CodeCache;
import decant.wasm.Frame;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.LocalGroup;
import decant.wasm.Module;
import decant.wasm.TrapException;
import decant.wasm.binary.CodeReader;
import decant.wasm.run.Code;
import decant.wasm.run.Entry;
import decant.wasm.run.InstanceState;
import decant.wasm.run.Numeric;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The compiled code of a module: a class loader that compiles each function when the JVM first links a call of it.
///
/// All instances of the module share it, on any threads. It lives as long as the module.
public final class CompiledModule extends ClassLoader implements Code {
    static final String PACKAGE = "wasm";
    static final String METHOD = "call";

    /// The method of a function with tail calls that may leave one to its caller.
    static final String BODY_METHOD = "body";

    static final int STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
    static final MethodTypeDesc REGION_TYPE = MethodTypeDesc.of(CD_int, Kinds.LONGS, CD_int, StateClass.NAME);

    /// Functions with a body of at least so many bytes, or so many locals, are taken apart before they are compiled.
    private static final int LARGE_BODY_BYTES = 1200;

    private static final int MANY_LOCALS = 200;

    /// What an instruction on vectors becomes is so many times as large as what others of its length become.
    private static final int VECTOR_EXPANSION = 4;

    private static final int BACKTRACE_MAX = 100;
    private static final ClassDesc NUMERIC = Numeric.class.describeConstable().orElseThrow();
    private static final ClassDesc TRAP =
            TrapException.class.describeConstable().orElseThrow();
    private static final String CLASS_PREFIX = PACKAGE + ".";

    /// What is behind the name under which code is kept that marks its reads.
    private static final String READS = " reads";

    static {
        registerAsParallelCapable();
    }

    private final Module module;
    private final ModuleTypes types;
    private final References references;
    private final int methodBytesMax;
    private final CodeCache.Classes cache;
    private final AtomicReferenceArray<@Nullable Entry> entries;
    private final Map<Integer, Plan> plans = new ConcurrentHashMap<>();

    /// @param cache what is kept of this module's code
    public CompiledModule(Module module, CodeCache.Classes cache) {
        this(module, cache, Outliner.METHOD_BYTES_AIMED);
    }

    /// @param methodBytesMax aims at smaller methods than usual, to try how functions are divided
    public CompiledModule(Module module, int methodBytesMax) {
        this(module, CodeCache.NONE.of(module.hash()), methodBytesMax);
    }

    private CompiledModule(Module module, CodeCache.Classes cache, int methodBytesMax) {
        super("wasm-" + module.hash().hex(), CompiledModule.class.getClassLoader());
        this.module = module;
        this.references = new References(module, ModuleTypes.canonical(module.types()));
        this.types = new ModuleTypes(module, references);
        this.methodBytesMax = methodBytesMax;
        this.cache = cache;
        this.entries = new AtomicReferenceArray<>(module.functionCount());
        CompiledModule.class.getModule().addExports("decant.wasm.run", getUnnamedModule());
    }

    static ClassDesc functionClass(int function) {
        return ClassDesc.of(PACKAGE, "f" + function);
    }

    static ClassDesc regionClass(int function, int region) {
        return ClassDesc.of(PACKAGE, "f" + function + "_" + region);
    }

    static ClassDesc entryClass(int function) {
        return ClassDesc.of(PACKAGE, "e" + function);
    }

    static ClassDesc dispatcherClass(int canonicalType) {
        return ClassDesc.of(PACKAGE, "t" + canonicalType);
    }

    /// {@return the state of a new instance, not yet linked}
    public InstanceState newState() {
        try {
            return (InstanceState)
                    loadClass(CLASS_PREFIX + "state").getConstructor(Code.class).newInstance(this);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("BUG: the state class of a module", e);
        }
    }

    @Override
    public Module module() {
        return module;
    }

    @Override
    public FunctionType functionType(int functionIndex) {
        return types.functionType(functionIndex);
    }

    @Override
    public FunctionType type(int typeIndex) {
        return types.type(typeIndex);
    }

    @Override
    public int handleOfFunction(int functionIndex) {
        return references.handleOf(functionIndex);
    }

    @Override
    public int handleCount() {
        return references.count();
    }

    @Override
    public int functionOfHandle(int handle) {
        return references.functionOf(handle);
    }

    @Override
    public int slotOfGlobal(int globalIndex) {
        return types.globalSlot(globalIndex);
    }

    @Override
    public int[] branchTable(int offset) {
        return BranchTables.targets(types.bytes, offset);
    }

    @Override
    public Entry entry(int functionIndex) {
        Entry entry = entries.get(functionIndex);
        if (entry == null) {
            entry = newEntry(functionIndex);
            entries.set(functionIndex, entry);
        }
        return entry;
    }

    private Entry newEntry(int functionIndex) {
        try {
            return (Entry) loadClass(CLASS_PREFIX + "e" + functionIndex)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("BUG: the entry of " + module.functionName(functionIndex), e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(CLASS_PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = keptClassBytes(name.substring(CLASS_PREFIX.length()));
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] keptClassBytes(String simpleName) {
        String keptName = types.marksReads ? simpleName + READS : simpleName;
        var kept = cache.find(keptName);
        if (kept.isPresent()) {
            return kept.get();
        }
        byte[] compiled = classBytes(simpleName);
        cache.add(keptName, compiled);
        return compiled;
    }

    /// {@return the class files of a function: its own, then those of its regions}
    public List<byte[]> functionClasses(int function) {
        var classes = new ArrayList<byte[]>();
        classes.add(classBytes("f" + function));
        Plan plan = plans.get(function);
        for (int region = 1; plan != null && region < plan.regions.size(); region++) {
            classes.add(classBytes("f" + function + "_" + region));
        }
        return classes;
    }

    /// {@return the class file of a class in our package}
    private byte[] classBytes(String simpleName) {
        if (simpleName.equals("state")) {
            return StateClass.bytes(types);
        }
        int separator = simpleName.indexOf('_');
        int number = Integer.parseInt(simpleName, 1, separator < 0 ? simpleName.length() : separator, 10);
        return switch (simpleName.charAt(0)) {
            case 'e' -> GlueClasses.entry(types, number, !types.isImportedFunction(number) && hasTailCalls(number));
            case 't' -> GlueClasses.dispatcher(types, number);
            case 'f' -> {
                if (types.isImportedFunction(number)) {
                    yield GlueClasses.hostCall(types, number);
                }
                int region = separator < 0 ? 0 : Integer.parseInt(simpleName.substring(separator + 1));
                yield functionBytes(number, region);
            }
            default -> throw new AssertionError("BUG: class " + simpleName);
        };
    }

    private FunctionBody body(int function) {
        return module.bodies().get(function - module.importedFunctionCount());
    }

    private byte[] functionBytes(int function, int regionNumber) {
        FunctionBody body = body(function);
        return methodBytes(body, plan(body), regionNumber);
    }

    private byte[] methodBytes(FunctionBody body, @Nullable Plan plan, int regionNumber) {
        int function = body.functionIndex();
        Region region = plan == null ? null : plan.regions.get(regionNumber);
        try {
            return regionNumber > 0
                    ? regionBytes(
                            function,
                            regionNumber,
                            code -> new FunctionEmitter(types, body, plan, region, code, sites(body, region))
                                    .emitRegion())
                    : functionBytes(
                            body,
                            code -> new FunctionEmitter(types, body, plan, region, code, sites(body, region))
                                    .emitFunction(StackCosts.ofFrame(body, types)));
        } catch (IllegalArgumentException e) {
            // No class file holds it, however it was divided: hundreds of jumps to a thousand places each, or as many
            // operands at once as there can be locals.
            return regionNumber > 0
                    ? regionBytes(function, regionNumber, CompiledModule::emitTooLarge)
                    : functionBytes(body, CompiledModule::emitTooLarge);
        }
    }

    private static byte[] regionBytes(int function, int regionNumber, Consumer<CodeBuilder> emission) {
        return ClassFile.of()
                .build(
                        regionClass(function, regionNumber),
                        builder -> builder.withFlags(ClassFile.ACC_PUBLIC)
                                .withMethodBody(METHOD, REGION_TYPE, STATIC, emission));
    }

    private byte[] functionBytes(FunctionBody body, Consumer<CodeBuilder> emission) {
        int function = body.functionIndex();
        boolean hasTailCalls = hasTailCalls(function);
        return ClassFile.of().build(functionClass(function), builder -> {
            builder.withFlags(ClassFile.ACC_PUBLIC)
                    .withMethodBody(
                            hasTailCalls ? BODY_METHOD : METHOD,
                            Kinds.methodType(types.type(body.typeIndex())),
                            STATIC,
                            emission);
            if (hasTailCalls) {
                GlueClasses.withTailCalls(builder, types, function);
            }
        });
    }

    private static void emitTooLarge(CodeBuilder code) {
        code.invokestatic(NUMERIC, "tooLarge", MethodTypeDesc.of(TRAP)).athrow();
    }

    private @Nullable Plan plan(FunctionBody body) {
        return isLarge(body) ? plans.computeIfAbsent(body.functionIndex(), _ -> newPlan(body)) : null;
    }

    /// {@return how the function is best divided}
    ///
    /// Where the jump of an interpreter would be some calls away from its loop, larger methods are tried.
    private Plan newPlan(FunctionBody body) {
        Plan plan = Plan.of(body, types, methodBytesMax);
        if (plan.isJumpDivided() && methodBytesMax == Outliner.METHOD_BYTES_AIMED) {
            for (int larger : Outliner.METHOD_BYTES_TRIED) {
                Plan flatter = Plan.of(body, types, larger);
                if (isWithin(body, flatter, Outliner.METHOD_BYTES_MAX)) {
                    return flatter;
                }
            }
        }
        return plan;
    }

    private boolean isWithin(FunctionBody body, Plan plan, int bytesMax) {
        return IntStream.range(0, plan.regions.size())
                .allMatch(region -> ClassFile.of().parse(methodBytes(body, plan, region)).methods().stream()
                        .allMatch(method -> ((CodeAttribute) method.code().orElseThrow()).codeLength() <= bytesMax));
    }

    private boolean isLarge(FunctionBody body) {
        int locals = body.locals().stream().mapToInt(LocalGroup::count).sum();
        int bytes = body.end() - body.start();
        int bytesMin = LARGE_BODY_BYTES * methodBytesMax / Outliner.METHOD_BYTES_AIMED;
        return bytes >= bytesMin
                || locals > MANY_LOCALS
                || bytes >= bytesMin / VECTOR_EXPANSION && VectorOperation.mayBeIn(body, types.bytes);
    }

    private static Sites sites(FunctionBody body, @Nullable Region region) {
        return region == null ? new Sites(body.start(), body.end()) : new Sites(region.start, region.end);
    }

    private boolean hasTailCalls(int function) {
        FunctionBody body = body(function);
        return contains(body, types.bytes, RETURN_CALL, RETURN_CALL_INDIRECT);
    }

    static boolean callsOthers(FunctionBody body, byte[] bytes) {
        return contains(body, bytes, CALL, CALL_INDIRECT, RETURN_CALL, RETURN_CALL_INDIRECT);
    }

    static boolean contains(FunctionBody body, byte[] bytes, int... wanted) {
        var reader = new CodeReader(bytes, body.start(), body.end());
        while (!reader.atEnd()) {
            int opcode = reader.opcode();
            for (int each : wanted) {
                if (opcode == each) {
                    return true;
                }
            }
            reader.skipImmediates(opcode);
        }
        return false;
    }

    @Override
    public List<Frame> backtrace(TrapException exception) {
        var frames = new ArrayList<Frame>();
        int skipped = -1;
        for (StackTraceElement element : exception.getStackTrace()) {
            boolean isOurs = element.getClassName().startsWith(CLASS_PREFIX + "f")
                    && String.valueOf(getName()).equals(element.getClassLoaderName());
            if (!isOurs || element.getLineNumber() < 0) {
                continue;
            }
            String name = element.getClassName().substring(CLASS_PREFIX.length() + 1);
            int separator = name.indexOf('_');
            int function = Integer.parseInt(name, 0, separator < 0 ? name.length() : separator, 10);
            // A region's caller is the same activation of the function.
            if (function != skipped) {
                frames.add(
                        frame(function, separator < 0 ? 0 : Integer.parseInt(name.substring(separator + 1)), element));
            }
            skipped = separator < 0 ? -1 : function;
            if (frames.size() == BACKTRACE_MAX) {
                break;
            }
        }
        return frames;
    }

    private Frame frame(int function, int regionNumber, StackTraceElement element) {
        FunctionBody body = body(function);
        Plan plan = plan(body);
        Sites sites = sites(body, plan == null ? null : plan.regions.get(regionNumber));
        return new Frame(function, module.functionName(function), sites.offsetOf(element.getLineNumber()));
    }
}

package decant.motoko;

import decant.motoko.MotokoType.Definition;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Item;
import decant.motoko.MotokoType.Primitive;
import decant.motoko.MotokoType.Sharing;
import decant.motoko.MotokoType.Sort;
import decant.motoko.MotokoType.TypeParameter;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Origin;
import decant.motoko.StableSignature.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Makes pairs of stable signatures out of a seed: a random one, and what a few random changes make of it.
final class SignatureGenerator {
    private static final List<Primitive> COMMON = List.of(
            Primitive.NAT,
            Primitive.INT,
            Primitive.TEXT,
            Primitive.BOOL,
            Primitive.BLOB,
            Primitive.PRINCIPAL,
            Primitive.NAT8,
            Primitive.NULL);
    private static final List<String> LABELS = List.of("a", "b", "c", "d", "id", "name", "next", "size");
    private static final List<String> VARIABLES = List.of("u", "v", "w", "x", "y", "z");

    private final Random random;
    private Definitions definitions = new Definitions();
    private final List<Shape> shapes = new ArrayList<>();

    private SignatureGenerator(long seed) {
        this.random = new Random(seed);
    }

    /// A name that types may mention, and how many arguments it takes.
    private record Shape(String name, int arity) {}

    static List<SignaturePair> pairs(long seed, int count) {
        var pairs = new ArrayList<SignaturePair>();
        for (int i = 0; i < count; i++) {
            pairs.add(new SignatureGenerator(seed * 1_000_003 + i).pair("generated " + seed + "-" + i));
        }
        return pairs;
    }

    private SignaturePair pair(String name) {
        definitions();
        var state = variables();
        var before = signature(definitions, state, chance(1, 4), 0);
        var changed = new Definitions();
        int changes = random.nextInt(4);
        for (var definition : definitions.all()) {
            changed.add(new Definition(
                    definition.name(),
                    definition.parameters(),
                    definition.binder(),
                    chance(changes, 4)
                            ? rebound(changedPart(definition.body()), changed)
                            : rebound(definition.body(), changed)));
        }
        definitions = changed;
        var next = new ArrayList<Field>();
        for (var variable : state) {
            var type = rebound(variable.type(), changed);
            if (chance(1, 30)) {
                continue;
            }
            next.add(new Field(
                    variable.label(),
                    chance(1, 6) != variable.isMutable(),
                    chance(changes, 4) ? changedPart(type) : type));
        }
        if (chance(1, 4)) {
            add(next, new Field(pick(VARIABLES), chance(1, 2), type(2)));
        }
        var after = signature(changed, next, before.isChain() ? chance(9, 10) : chance(1, 10), 1);
        return new SignaturePair(name, before.toString(), after.toString());
    }

    private void definitions() {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            shapes.add(new Shape("T" + i + (chance(1, 3) ? "__" + random.nextInt(1000) : ""), random.nextInt(3)));
        }
        for (var shape : shapes) {
            var binder = new MotokoType.Binder();
            var parameters = new ArrayList<TypeParameter>();
            for (int i = 0; i < shape.arity(); i++) {
                parameters.add(new TypeParameter("P" + i, Primitive.ANY));
            }
            definitions.add(new Definition(shape.name(), parameters, binder, body(shape, binder)));
        }
    }

    /// A definition mentions itself with its own parameters, and others with types that do not grow.
    private MotokoType body(Shape shape, MotokoType.Binder binder) {
        var parameters = new ArrayList<MotokoType>();
        for (int i = 0; i < shape.arity(); i++) {
            parameters.add(new MotokoType.Parameter(binder, i, "P" + i));
        }
        var itself = new MotokoType.Reference(shape.name(), List.copyOf(parameters), definitions);
        var content = parameters.isEmpty() || chance(1, 2) ? type(2) : pick(parameters);
        return switch (random.nextInt(5)) {
            case 0 -> new MotokoType.Option(tuple(List.of(content, itself)));
            case 1 ->
                new MotokoType.Variant(List.of(
                        new Field("a", false, new MotokoType.Tuple(List.of())),
                        new Field("next", false, tuple(List.of(itself, content, itself)))));
            case 2 -> record(List.of(new Field("a", chance(1, 2), content), new Field("size", true, Primitive.NAT)));
            case 3 -> new MotokoType.Array(chance(1, 3), new MotokoType.Option(content));
            default ->
                record(List.of(
                        new Field("id", false, content),
                        new Field("next", chance(1, 2), new MotokoType.Option(itself))));
        };
    }

    private StableSignature signature(Definitions scope, List<Field> state, boolean isChain, int extraSteps) {
        return new StableSignature(scope, isChain ? new Origin.Chain(steps(state, extraSteps)) : origin(state), state);
    }

    private Origin origin(List<Field> state) {
        if (chance(4, 5)) {
            return new Origin.Direct();
        }
        return new Origin.Migration(state.stream()
                .map(field ->
                        new Expected(chance(1, 2), chance(1, 3) ? withType(field, changedPart(field.type())) : field))
                .toList());
    }

    /// The first step makes the variables, and the further ones take and make some of them.
    private List<Step> steps(List<Field> state, int extra) {
        var steps = new ArrayList<Step>();
        var produced = chance(1, 8) && !state.isEmpty() ? state.subList(1, state.size()) : state;
        steps.add(step(
                "1", List.of(), produced.stream().map(SignatureGenerator::fixed).toList()));
        for (int i = 0; i < random.nextInt(2) + extra; i++) {
            var touched = state.stream()
                    .filter(_ -> chance(1, 3))
                    .map(SignatureGenerator::fixed)
                    .toList();
            var taken = chance(1, 6)
                    ? touched.stream()
                            .map(field -> withType(field, changedPart(field.type())))
                            .toList()
                    : touched;
            steps.add(step(Integer.toString(i + 2), taken, touched));
        }
        return steps;
    }

    private static Step step(String id, List<Field> consumed, List<Field> produced) {
        var type = new MotokoType.Function(
                Sharing.LOCAL,
                false,
                List.of(),
                new MotokoType.Binder(),
                List.of(item(record(consumed))),
                List.of(item(record(produced))));
        return new Step(id, type, consumed, produced);
    }

    private static Field fixed(Field field) {
        return new Field(field.label(), false, field.type());
    }

    private static Field withType(Field field, MotokoType type) {
        return new Field(field.label(), field.isMutable(), type);
    }

    private List<Field> variables() {
        var variables = new ArrayList<Field>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            add(variables, new Field(pick(VARIABLES), chance(1, 2), type(3)));
        }
        return variables;
    }

    private static void add(List<Field> fields, Field field) {
        var byLabel = new TreeMap<String, Field>();
        fields.forEach(each -> byLabel.put(each.label(), each));
        byLabel.putIfAbsent(field.label(), field);
        fields.clear();
        fields.addAll(byLabel.values());
    }

    private MotokoType type(int depth) {
        if (depth == 0 || chance(1, 4)) {
            return pick(COMMON);
        }
        if (!shapes.isEmpty() && chance(1, 3)) {
            var shape = pick(shapes);
            var arguments = new ArrayList<MotokoType>();
            for (int i = 0; i < shape.arity(); i++) {
                arguments.add(chance(3, 4) ? pick(COMMON) : new MotokoType.Option(pick(COMMON)));
            }
            return new MotokoType.Reference(shape.name(), List.copyOf(arguments), definitions);
        }
        return switch (random.nextInt(8)) {
            case 0 -> new MotokoType.Option(type(depth - 1));
            case 1 -> new MotokoType.Array(chance(1, 2), type(depth - 1));
            case 2 -> tuple(List.of(type(depth - 1), type(depth - 1)));
            case 3, 4 -> record(fields(depth, true));
            case 5, 6 -> new MotokoType.Variant(fields(depth, false));
            default -> actor();
        };
    }

    private List<Field> fields(int depth, boolean mayBeMutable) {
        var fields = new ArrayList<Field>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            add(fields, new Field(pick(LABELS), mayBeMutable && chance(1, 4), type(depth - 1)));
        }
        return List.copyOf(fields);
    }

    private MotokoType actor() {
        var methods = new ArrayList<Field>();
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            add(methods, new Field(pick(LABELS), false, sharedFunction()));
        }
        return new MotokoType.Composite(Sort.ACTOR, List.copyOf(methods), List.of());
    }

    private MotokoType sharedFunction() {
        var sharing = pick(List.of(Sharing.SHARED, Sharing.SHARED, Sharing.QUERY, Sharing.COMPOSITE_QUERY));
        return new MotokoType.Function(
                sharing,
                true,
                List.of(),
                new MotokoType.Binder(),
                sharedTypes().stream().map(SignatureGenerator::item).toList(),
                sharedTypes().stream().map(SignatureGenerator::item).toList());
    }

    private List<MotokoType> sharedTypes() {
        var types = new ArrayList<MotokoType>();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            types.add(
                    switch (random.nextInt(4)) {
                        case 0 -> record(List.of(new Field(pick(LABELS), false, pick(COMMON))));
                        case 1 -> new MotokoType.Variant(List.of(new Field(pick(LABELS), false, pick(COMMON))));
                        case 2 -> new MotokoType.Option(pick(COMMON));
                        default -> pick(COMMON);
                    });
        }
        return types;
    }

    /// {@return the type with one change somewhere in it}
    private MotokoType changedPart(MotokoType type) {
        if (chance(1, 5)) {
            return changed(type);
        }
        return switch (type) {
            case Primitive _, MotokoType.Reference _, MotokoType.Parameter _ -> changed(type);
            case MotokoType.Array(var isMutable, var item) -> new MotokoType.Array(isMutable, changedPart(item));
            case MotokoType.Option(var item) -> new MotokoType.Option(changedPart(item));
            case MotokoType.Weak(var item) -> new MotokoType.Weak(changedPart(item));
            case MotokoType.Async async -> async;
            case MotokoType.Tuple(var items) ->
                items.isEmpty() ? changed(type) : new MotokoType.Tuple(changedItem(items));
            case MotokoType.Variant(var tags) -> new MotokoType.Variant(changedField(tags));
            case MotokoType.Composite(var sort, var fields, var types) ->
                new MotokoType.Composite(sort, changedField(fields), types);
            case MotokoType.Function function ->
                new MotokoType.Function(
                        function.sharing(),
                        function.promises(),
                        function.parameters(),
                        function.binder(),
                        function.arguments().isEmpty()
                                ? List.of(item(pick(COMMON)))
                                : changedItem(function.arguments()),
                        function.results());
        };
    }

    private List<Item> changedItem(List<Item> items) {
        var changed = new ArrayList<>(items);
        int at = random.nextInt(items.size());
        changed.set(at, item(changedPart(items.get(at).type())));
        return List.copyOf(changed);
    }

    private List<Field> changedField(List<Field> fields) {
        if (fields.isEmpty()) {
            return fields;
        }
        var changed = new ArrayList<>(fields);
        int at = random.nextInt(fields.size());
        changed.set(at, withType(fields.get(at), changedPart(fields.get(at).type())));
        return List.copyOf(changed);
    }

    private MotokoType changed(MotokoType type) {
        return switch (type) {
            case Primitive primitive ->
                switch (random.nextInt(6)) {
                    case 0 -> Primitive.ANY;
                    case 1 -> new MotokoType.Option(primitive);
                    case 2 -> pick(COMMON);
                    default -> primitive == Primitive.NAT ? Primitive.INT : primitive;
                };
            case MotokoType.Array(var isMutable, var item) -> new MotokoType.Array(!isMutable, item);
            case MotokoType.Option(var item) -> chance(1, 2) ? item : Primitive.NULL;
            case MotokoType.Weak(var item) -> item;
            case MotokoType.Async async -> async;
            case MotokoType.Tuple(var items) -> {
                var more = new ArrayList<>(items);
                more.add(item(pick(COMMON)));
                yield new MotokoType.Tuple(List.copyOf(more));
            }
            case MotokoType.Variant(var tags) -> new MotokoType.Variant(moreOrLess(tags));
            case MotokoType.Composite(var sort, var fields, var types) ->
                sort == Sort.ACTOR ? Primitive.PRINCIPAL : new MotokoType.Composite(sort, moreOrLess(fields), types);
            case MotokoType.Reference reference ->
                chance(1, 2) && !reference.arguments().isEmpty()
                        ? withChangedArgument(reference)
                        : new Unfolding(new Effort()).head(reference);
            case MotokoType.Parameter parameter -> parameter;
            case MotokoType.Function function -> function;
        };
    }

    private MotokoType withChangedArgument(MotokoType.Reference reference) {
        var arguments = new ArrayList<>(reference.arguments());
        int at = random.nextInt(arguments.size());
        arguments.set(at, changed(arguments.get(at)));
        return new MotokoType.Reference(reference.name(), List.copyOf(arguments), reference.definitions());
    }

    private List<Field> moreOrLess(List<Field> fields) {
        var changed = new ArrayList<>(fields);
        if (fields.size() > 1 && chance(1, 2)) {
            changed.remove(random.nextInt(fields.size()));
        } else {
            add(changed, new Field(pick(LABELS), false, pick(COMMON)));
        }
        return List.copyOf(changed);
    }

    /// {@return the type with its names meaning what `scope` says}
    private static MotokoType rebound(MotokoType type, Definitions scope) {
        return switch (type) {
            case Primitive primitive -> primitive;
            case MotokoType.Parameter parameter -> parameter;
            case MotokoType.Array(var isMutable, var item) -> new MotokoType.Array(isMutable, rebound(item, scope));
            case MotokoType.Option(var item) -> new MotokoType.Option(rebound(item, scope));
            case MotokoType.Weak(var item) -> new MotokoType.Weak(rebound(item, scope));
            case MotokoType.Async(var isLazy, var result) -> new MotokoType.Async(isLazy, rebound(result, scope));
            case MotokoType.Tuple(var items) -> new MotokoType.Tuple(reboundItems(items, scope));
            case MotokoType.Variant(var tags) -> new MotokoType.Variant(reboundFields(tags, scope));
            case MotokoType.Composite(var sort, var fields, var types) ->
                new MotokoType.Composite(sort, reboundFields(fields, scope), types);
            case MotokoType.Reference(var name, var arguments, var _) ->
                new MotokoType.Reference(
                        name,
                        arguments.stream().map(each -> rebound(each, scope)).toList(),
                        scope);
            case MotokoType.Function function ->
                new MotokoType.Function(
                        function.sharing(),
                        function.promises(),
                        function.parameters(),
                        function.binder(),
                        reboundItems(function.arguments(), scope),
                        reboundItems(function.results(), scope));
        };
    }

    private static List<Item> reboundItems(List<Item> items, Definitions scope) {
        return items.stream().map(each -> item(rebound(each.type(), scope))).toList();
    }

    private static List<Field> reboundFields(List<Field> fields, Definitions scope) {
        return fields.stream()
                .map(field -> withType(field, rebound(field.type(), scope)))
                .toList();
    }

    private static MotokoType tuple(List<MotokoType> types) {
        return new MotokoType.Tuple(types.stream().map(SignatureGenerator::item).toList());
    }

    private static Item item(MotokoType type) {
        return new Item(Optional.empty(), type);
    }

    private static MotokoType record(List<Field> fields) {
        return new MotokoType.Composite(Sort.OBJECT, fields, List.of());
    }

    private boolean chance(int wins, int outOf) {
        return random.nextInt(outOf) < wins;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}

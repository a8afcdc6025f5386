package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Origin;
import decant.motoko.StableSignature.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/// Reads one stable signature, in any of its forms.
final class SignatureParser {
    private final TokenCursor cursor;
    private final Definitions definitions = new Definitions();
    private final TypeParser types;

    SignatureParser(String text) {
        this.cursor = new TokenCursor(text);
        this.types = new TypeParser(cursor, definitions, TypeParser.definedIn(cursor.tokens()));
    }

    /// A migration of a chain as it is written.
    private record Migration(String id, MotokoType type) {}

    StableSignature signature() {
        definitions();
        var signature = cursor.isNext("{") ? chain(migrations(), actor()) : actorWithoutChain();
        while (cursor.isNext(";")) {
            cursor.next();
        }
        if (cursor.peek().kind() != Token.Kind.END) {
            throw cursor.unexpected("the end");
        }
        return signature;
    }

    private List<Field> actor() {
        cursor.expect("actor");
        return variables();
    }

    private StableSignature actorWithoutChain() {
        cursor.expect("actor");
        if (!cursor.skip("(")) {
            return checked(new Origin.Direct(), variables());
        }
        var before = expected();
        cursor.expect(",");
        var after = variables();
        cursor.expect(")");
        return checked(new Origin.Migration(before), after);
    }

    private void definitions() {
        while (cursor.skip("type")) {
            var place = cursor.peek();
            var definition = types.definition();
            if (definitions.find(definition.name()).isPresent()) {
                throw StableSignatureException.at(place, "the type " + definition.name() + " is defined twice");
            }
            definitions.add(definition);
            if (!cursor.skip(";")) {
                break;
            }
        }
    }

    private List<Migration> migrations() {
        var migrations = new HashMap<String, Migration>();
        cursor.expect("{");
        while (!cursor.isNext("}")) {
            var id = cursor.next();
            if (id.kind() != Token.Kind.QUOTED) {
                throw StableSignatureException.at(id, "expected the quoted id of a migration, found " + id.shown());
            }
            cursor.expect(":");
            if (migrations.put(id.text(), new Migration(id.text(), types.type())) != null) {
                throw StableSignatureException.at(id, "the migration \"" + id.text() + "\" is there twice");
            }
            if (!cursor.skip(";")) {
                break;
            }
        }
        cursor.expect("}");
        return migrations.values().stream()
                .sorted(Comparator.comparing(Migration::id))
                .toList();
    }

    private List<Field> variables() {
        var variables = new ArrayList<Field>();
        cursor.expect("{");
        while (cursor.skip("stable")) {
            variables.add(variable());
            if (!cursor.skip(";")) {
                break;
            }
        }
        cursor.expect("}");
        return TypeParser.sorted("stable variable", variables);
    }

    private List<Expected> expected() {
        var expected = new ArrayList<Expected>();
        cursor.expect("{");
        while (cursor.isNext("stable") || cursor.isNext("in")) {
            expected.add(new Expected(cursor.next().is("in"), variable()));
            if (!cursor.skip(";")) {
                break;
            }
        }
        cursor.expect("}");
        TypeParser.sorted(
                "stable variable", expected.stream().map(Expected::variable).toList());
        return expected.stream()
                .sorted(Comparator.comparing(each -> each.variable().label()))
                .toList();
    }

    private Field variable() {
        boolean isMutable = cursor.skip("var");
        var label = cursor.name("the name of a stable variable");
        cursor.expect(":");
        return new Field(label, isMutable, types.type());
    }

    private StableSignature checked(Origin origin, List<Field> variables) {
        var wellFormed = new WellFormedness(definitions);
        wellFormed.checkDefinitions(types.mentions());
        if (origin instanceof Origin.Migration(var before)) {
            before.forEach(expected -> wellFormed.checkStable(expected.variable()));
        }
        variables.forEach(wellFormed::checkStable);
        return new StableSignature(definitions, origin, variables);
    }

    private StableSignature chain(List<Migration> migrations, List<Field> variables) {
        var wellFormed = new WellFormedness(definitions);
        wellFormed.checkDefinitions(types.mentions());
        variables.forEach(wellFormed::checkStable);
        if (migrations.isEmpty()) {
            throw new StableSignatureException("the chain of migrations is empty");
        }
        var steps = new ArrayList<Step>();
        for (var migration : migrations) {
            steps.add(wellFormed.step(migration.id(), migration.type()));
        }
        wellFormed.checkChain(steps, variables);
        return new StableSignature(definitions, new Origin.Chain(List.copyOf(steps)), variables);
    }
}

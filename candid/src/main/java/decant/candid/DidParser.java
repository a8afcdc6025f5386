package decant.candid;

import java.util.List;
import java.util.Optional;

/// Reads interface descriptions, the contents of `.did` files, and single types.
final class DidParser {
    private final TypeScope scope = new TypeScope();
    private final TokenCursor cursor;
    private final TypeParser types;

    DidParser(String source) {
        this.cursor = new TokenCursor(source);
        this.types = new TypeParser(cursor, scope);
    }

    Did description() {
        while (cursor.atWord("type") || cursor.atWord("import")) {
            definition();
            if (!cursor.acceptSign(";") && !cursor.at(Token.Kind.END)) {
                throw cursor.unexpected(";");
            }
        }
        Optional<Did.Actor> actor = cursor.acceptWord("service") ? Optional.of(actor()) : Optional.empty();
        cursor.acceptSign(";");
        cursor.expectEnd();
        types.checkNames();
        return new Did(scope, actor);
    }

    private void definition() {
        var keyword = cursor.next();
        if (keyword.isWord("import")) {
            throw CandidException.at(
                    keyword.place(), "imports are not supported; put the imported definitions into this file");
        }
        var name = cursor.next();
        if (name.kind() != Token.Kind.WORD || Quoting.KEYWORDS.contains(name.text())) {
            throw CandidException.at(name.place(), "expected the name of a type, found " + name);
        }
        if (Type.Primitive.ofName(name.text()).isPresent()) {
            throw CandidException.at(name.place(), name + " is a built-in type and cannot be defined");
        }
        if (scope.defines(name.text())) {
            throw CandidException.at(name.place(), "the type " + name + " is defined twice");
        }
        cursor.expectSign("=");
        scope.define(name.text(), types.type());
    }

    private Did.Actor actor() {
        Optional<String> name =
                cursor.at(Token.Kind.WORD) ? Optional.of(cursor.next().text()) : Optional.empty();
        cursor.expectSign(":");
        Optional<List<Type.Argument>> initArguments = Optional.empty();
        if (cursor.atSign("(")) {
            initArguments = Optional.of(types.arguments());
            cursor.expectSign("->");
        }
        return new Did.Actor(name, initArguments, types.service());
    }

    Type wholeType() {
        var type = types.type();
        cursor.expectEnd();
        types.checkNames();
        return type;
    }

    List<Type.Argument> wholeArguments() {
        var arguments = types.arguments();
        cursor.expectEnd();
        types.checkNames();
        return arguments;
    }
}

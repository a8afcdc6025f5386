package decant.candid;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An interface description: type definitions and, mostly, the service they are for.
///
/// @param scope the definitions
public record Did(TypeScope scope, Optional<Actor> actor) {
    /// The service an interface description declares.
    ///
    /// @param initArguments what installing the service takes, if the description says
    /// @param service a service type or a name for one
    public record Actor(Optional<String> name, Optional<List<Type.Argument>> initArguments, Type service) {}

    /// Reads an interface description.
    ///
    /// @throws CandidException with line and column, if it is not one
    public static Did parse(String source) {
        return new DidParser(source).description();
    }

    /// Reads a list of types such as `(text, opt nat)`, as in the metadata `candid:args`.
    public static List<Type> parseTypes(String source) {
        return new DidParser(source)
                .wholeArguments().stream().map(Type.Argument::type).toList();
    }

    /// {@return the type with this name, which must be defined}
    public Type type(String name) {
        if (!scope.defines(name)) {
            throw new CandidException("the interface has no type " + Quoting.name(name));
        }
        return new Type.Named(name, scope);
    }

    /// {@return the declared service's type; a description without a service has no methods}
    public Type.Service service() {
        return actor.map(declared -> (Type.Service) declared.service().unfold())
                .orElseGet(() -> new Type.Service(Map.of()));
    }

    /// {@return the type of the service's method with this name, if there is one}
    public Optional<Type.Func> method(String name) {
        return service().method(name);
    }

    /// {@return the types of the arguments that installing the service takes}
    public List<Type> initTypes() {
        return actor.flatMap(Actor::initArguments).orElse(List.of()).stream()
                .map(Type.Argument::type)
                .toList();
    }

    /// {@return the description as the text of a `.did` file}
    @Override
    public String toString() {
        return TypePrinter.print(this);
    }
}

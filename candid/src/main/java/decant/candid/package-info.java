/// Candid, the language canisters speak: types, values, messages, text, interfaces, and what may replace what.
///
/// ```java
/// var did = Did.parse("service : { greet : (record { name : text; times : opt nat }) -> (text) query }");
/// var greet = did.method("greet").orElseThrow();
/// byte[] message = Candid.encode(
///         List.of(Value.record().with("name", Value.text("Ada"))), greet.argumentTypes());
/// Value argument = Candid.decode(message, greet.argumentTypes(), Quota.DEFAULT).getFirst();
/// argument.field("name").toText();          // "Ada"
/// argument.optionalField("times");          // empty: a missing optional field reads as null
/// Candid.print(List.of(argument));          // (record { name = "Ada"; times = null })
/// Subtyping.compare(before.service(), after.service());   // what an upgrade would break, and why
/// ```
///
/// The data model:
///
/// ```text
/// Type  = primitive | opt Type | vec Type | record { Label : Type } | variant { Label : Type }
///       | func (Type) -> (Type) annotation* | service { name : Type } | a name in a TypeScope
/// Value = null | reserved | bool | whole number of a type | float | text | blob | vec | opt | record | variant
///       | principal | service | func
/// Did   = definitions (a TypeScope) and the actor they are for
/// ```
///
/// A message comes from anyone, so decoding is bounded by a [decant.candid.Quota]. Whatever is wrong with a message,
/// a text or a type is told by one exception, [decant.candid.CandidException].
package decant.candid;

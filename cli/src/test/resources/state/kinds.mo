/// A stable variable of every kind, for the test of `decant state`.
persistent actor Kinds {
  type Shape = { #dot; #circle : { radius : Nat }; #line : (Int, Int) };
  type List = ?(Nat, List);
  type Cell = { var content : Nat; label_ : Text };

  let truth = true;
  let naturals : [Nat] = [0, 1, 18_446_744_073_709_551_616, 340_282_366_920_938_463_463_374_607_431_768_211_456];
  let integers : [Int] = [-1, -64, -9_223_372_036_854_775_808, -340_282_366_920_938_463_463_374_607_431_768_211_456];
  let words : (Nat8, Nat16, Nat32, Nat64) = (255, 65_535, 4_294_967_295, 18_446_744_073_709_551_615);
  let signed : (Int8, Int16, Int32, Int64) = (-128, -32_768, -2_147_483_648, -9_223_372_036_854_775_808);
  let small : (Nat64, Int64) = (7, -7);
  let float = -1.5;
  let char : Char = 'ß';
  let text = "zähle \"bis\" 3\n" # "und weiter";
  let blob : Blob = "\00\FF";
  let anyone : ?Principal = null;
  let shapes : [Shape] = [#dot, #circle { radius = 3 }, #line(-1, 2)];
  let list : List = ?(1, ?(2, null));
  let options : (?Nat, ?Nat, ??Nat, ??Nat) = (null, ?4, ?null, ??5);
  let unit : () = ();
  let shared_ : [Cell] = do { let cell = { var content = 1; label_ = "it" }; [cell, cell] };
  let buffer : [var ?Nat] = [var ?1, null, ?3];

  var touched = 0;

  public func touch() : async () { touched += 1 };
};

/// The counter's second version: a new stable field, filled by a step that runs once after the upgrade.
persistent actor Counter {
  var count : Nat = 0;
  var highest : Nat = 0;
  var upgrades : Nat = 0;

  func note() {
    if (count > highest) { highest := count };
  };

  system func postupgrade() {
    note();
    upgrades += 1;
  };

  public func inc() : async Nat {
    count += 1;
    note();
    count;
  };

  public func add(n : Nat) : async Nat {
    count += n;
    note();
    count;
  };

  public func reset() : async () {
    count := 0;
  };

  public query func get() : async Nat {
    count;
  };

  public query func statistics() : async { highest : Nat; upgrades : Nat } {
    { highest; upgrades };
  };
};

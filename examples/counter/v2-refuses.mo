/// A mistaken second version: its post_upgrade changes the state and then traps, so it cannot be entered.
persistent actor Counter {
  var count : Nat = 0;

  system func postupgrade() {
    count := 0;
    assert count > 0;
  };

  public func inc() : async Nat {
    count += 1;
    count;
  };

  public func add(n : Nat) : async Nat {
    count += n;
    count;
  };

  public query func get() : async Nat {
    count;
  };
};

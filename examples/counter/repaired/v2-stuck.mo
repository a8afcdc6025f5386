/// The mistaken second version with a hook that does not trap: made to be grafted, so nothing else differs.
persistent actor Counter {
  var count : Nat = 0;

  system func preupgrade() {
    assert count == 0 or count > 0;
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

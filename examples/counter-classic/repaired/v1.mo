import Prim "mo:prim";

/// The first version with repaired hooks: made to be grafted, so nothing else differs.
///
/// A count is saved in two halves, each a Nat16.
actor Counters {
  type Counts = ?{ name : Text; var count : Nat; next : Counts };

  stable var saved : [(Text, Nat16)] = [];
  transient var counts : Counts = null;

  func find(name : Text) : ?{ name : Text; var count : Nat; next : Counts } {
    var rest = counts;
    loop {
      switch rest {
        case null return null;
        case (?entry) {
          if (entry.name == name) return ?entry;
          rest := entry.next;
        };
      };
    };
  };

  func increase(name : Text, n : Nat) : Nat {
    switch (find name) {
      case (?entry) {
        entry.count += n;
        entry.count;
      };
      case null {
        counts := ?{ name; var count = n; next = counts };
        n;
      };
    };
  };

  func length() : Nat {
    var size = 0;
    var rest = counts;
    loop {
      switch rest {
        case null return size;
        case (?entry) {
          size += 1;
          rest := entry.next;
        };
      };
    };
  };

  system func preupgrade() {
    var rest = counts;
    var high = false;
    saved := Prim.Array_tabulate<(Text, Nat16)>(
      2 * length(),
      func _ {
        let ?entry = rest else Prim.trap "unreachable";
        high := not high;
        if high return (entry.name, Prim.natToNat16(entry.count / 65_536));
        rest := entry.next;
        (entry.name, Prim.natToNat16(entry.count % 65_536));
      },
    );
  };

  system func postupgrade() {
    var i = saved.size();
    while (i > 0) {
      i -= 2;
      let (name, high) = saved[i];
      let (_, low) = saved[i + 1];
      counts := ?{ name; var count = Prim.nat16ToNat(high) * 65_536 + Prim.nat16ToNat(low); next = counts };
    };
    saved := [];
  };

  public func add(name : Text, n : Nat) : async Nat {
    increase(name, n);
  };

  /// Moves part of one count to another; traps where there is not so much to move.
  public func move(from : Text, to : Text, n : Nat) : async () {
    let ?entry = find from else Prim.trap("no counter " # from);
    entry.count -= n;
    ignore increase(to, n);
  };

  public query func get(name : Text) : async Nat {
    switch (find name) {
      case (?entry) entry.count;
      case null 0;
    };
  };

  public query func total() : async Nat {
    var sum = 0;
    var rest = counts;
    loop {
      switch rest {
        case null return sum;
        case (?entry) {
          sum += entry.count;
          rest := entry.next;
        };
      };
    };
  };
};

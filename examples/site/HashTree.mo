import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Nat8 "mo:core/Nat8";
import Text "mo:core/Text";
import Sha256 "Sha256";

/// The hash trees of the interface specification: labels that lead to values, under one root hash.
module {
  public type Tree = {
    #empty;
    #fork : (Tree, Tree);
    #labeled : (Blob, Tree);
    #leaf : Blob;
  };

  /// A path and the value at its end.
  public type Entry = { path : [Blob]; value : Blob };

  /// The tree of all entries. No path may begin with another.
  public func of(entries : [Entry]) : Tree = level(entries, 0);

  func level(entries : [Entry], depth : Nat) : Tree {
    if (entries.size() == 0) return #empty;
    if (entries[0].path.size() == depth) return #leaf(entries[0].value);
    let sorted = Array.sort<Entry>(entries, func(a, b) = Blob.compare(a.path[depth], b.path[depth]));
    var tree : Tree = #empty;
    var from = 0;
    while (from < sorted.size()) {
      let name = sorted[from].path[depth];
      let group = Array.filter<Entry>(sorted, func entry = entry.path[depth] == name);
      let branch = #labeled(name, level(group, depth + 1));
      tree := switch tree {
        case (#empty) branch;
        case before #fork(before, branch);
      };
      from += group.size();
    };
    tree;
  };

  public func rootHash(tree : Tree) : Blob {
    switch tree {
      case (#empty) Sha256.ofAll([separator "ic-hashtree-empty"]);
      case (#fork(left, right)) Sha256.ofAll([separator "ic-hashtree-fork", rootHash left, rootHash right]);
      case (#labeled(name, below)) Sha256.ofAll([separator "ic-hashtree-labeled", name, rootHash below]);
      case (#leaf(value)) Sha256.ofAll([separator "ic-hashtree-leaf", value]);
    };
  };

  func separator(text : Text) : Blob {
    let bytes = Blob.toArray(Text.encodeUtf8 text);
    Blob.fromArray(Array.concat<Nat8>([Nat8.fromNat(bytes.size())], bytes));
  };

  public func toCbor(tree : Tree) : [Nat8] = Array.concat<Nat8>([0xD9, 0xD9, 0xF7], node tree);

  func node(tree : Tree) : [Nat8] {
    switch tree {
      case (#empty) [0x81, 0x00];
      case (#fork(left, right)) Array.flatten<Nat8>([[0x83, 0x01], node left, node right]);
      case (#labeled(name, below)) Array.flatten<Nat8>([[0x83, 0x02], cborString(0x40, name), node below]);
      case (#leaf(value)) Array.flatten<Nat8>([[0x82, 0x03], cborString(0x40, value)]);
    };
  };

  /// A CBOR string of fewer than 65,536 bytes; `major` is 0x40 for bytes and 0x60 for text.
  public func cborString(major : Nat8, value : Blob) : [Nat8] {
    let size = value.size();
    let head : [Nat8] = if (size < 24) [major + Nat8.fromNat(size)]
      else if (size < 256) [major + 24, Nat8.fromNat(size)]
      else [major + 25, Nat8.fromNat(size / 256), Nat8.fromNat(size % 256)];
    Array.concat<Nat8>(head, Blob.toArray value);
  };
};

import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Nat32 "mo:core/Nat32";
import Nat64 "mo:core/Nat64";
import Nat8 "mo:core/Nat8";
import VarArray "mo:core/VarArray";

/// SHA-256, as FIPS 180-4 defines it.
module {
  let K : [Nat32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ];

  func word(bytes : [Nat8], at : Nat) : Nat32 {
    func part(i : Nat) : Nat32 = Nat32.fromNat(Nat8.toNat(bytes[at + i]));
    (part(0) << 24) | (part(1) << 16) | (part(2) << 8) | part(3);
  };

  /// The message, a one, zeros, and its length in bits: a multiple of 64 bytes.
  func padded(message : Blob) : [Nat8] {
    let bytes = Blob.toArray(message);
    let size = bytes.size();
    let whole = (size + 9 + 63) / 64 * 64;
    let bits = Nat64.fromNat(size * 8);
    Array.tabulate<Nat8>(
      whole,
      func i {
        if (i < size) bytes[i]
        else if (i == size) 0x80
        else if (i + 8 >= whole) Nat8.fromNat(Nat64.toNat((bits >> Nat64.fromNat(8 * (whole - 1 - i : Nat))) & 0xFF))
        else 0;
      },
    );
  };

  public func ofBlob(message : Blob) : Blob {
    let bytes = padded(message);
    let state : [var Nat32] = [var
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];
    let w = VarArray.repeat<Nat32>(0, 64);
    var block = 0;
    while (block < bytes.size()) {
      var i = 0;
      while (i < 64) {
        w[i] := if (i < 16) word(bytes, block + 4 * i) else {
          let x = w[i - 15];
          let y = w[i - 2];
          w[i - 16] +% ((x <>> 7) ^ (x <>> 18) ^ (x >> 3)) +% w[i - 7] +% ((y <>> 17) ^ (y <>> 19) ^ (y >> 10));
        };
        i += 1;
      };
      var a = state[0];
      var b = state[1];
      var c = state[2];
      var d = state[3];
      var e = state[4];
      var f = state[5];
      var g = state[6];
      var h = state[7];
      i := 0;
      while (i < 64) {
        let s1 = (e <>> 6) ^ (e <>> 11) ^ (e <>> 25);
        let t1 = h +% s1 +% ((e & f) ^ (^e & g)) +% K[i] +% w[i];
        let s0 = (a <>> 2) ^ (a <>> 13) ^ (a <>> 22);
        let t2 = s0 +% ((a & b) ^ (a & c) ^ (b & c));
        h := g;
        g := f;
        f := e;
        e := d +% t1;
        d := c;
        c := b;
        b := a;
        a := t1 +% t2;
        i += 1;
      };
      state[0] +%= a;
      state[1] +%= b;
      state[2] +%= c;
      state[3] +%= d;
      state[4] +%= e;
      state[5] +%= f;
      state[6] +%= g;
      state[7] +%= h;
      block += 64;
    };
    Blob.fromArray(Array.tabulate<Nat8>(
      32,
      func i = Nat8.fromNat(Nat32.toNat((state[i / 4] >> Nat32.fromNat(24 - 8 * (i % 4) : Nat)) & 0xFF)),
    ));
  };

  /// The hash of the parts, one after the other.
  public func ofAll(parts : [Blob]) : Blob {
    ofBlob(Blob.fromArray(Array.flatten<Nat8>(Array.map<Blob, [Nat8]>(parts, Blob.toArray))));
  };
};

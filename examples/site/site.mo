import Array "mo:core/Array";
import Base64 "mo:core/Base64";
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import Nat "mo:core/Nat";
import Nat16 "mo:core/Nat16";
import Nat8 "mo:core/Nat8";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";
import HashTree "HashTree";
import Sha256 "Sha256";

/// A web site in a canister: certified pages, a page of an older kind, bodies that come in pieces, and a counter.
persistent actor Site {
  type Header = (Text, Text);
  type Request = {
    method : Text;
    url : Text;
    headers : [Header];
    body : Blob;
    certificate_version : ?Nat16;
  };
  type UpdateRequest = { method : Text; url : Text; headers : [Header]; body : Blob };
  type Token = { path : Text; next : Nat };
  type Piece = { body : Blob; token : ?Token };
  type Strategy = { #Callback : { callback : shared query Token -> async Piece; token : Token } };
  type Response = {
    status_code : Nat16;
    headers : [Header];
    body : Blob;
    upgrade : ?Bool;
    streaming_strategy : ?Strategy;
  };
  type Page = { path : Text; at : [Text]; status : Nat16; contentType : Text; pieces : [Blob] };

  transient let everyHeader = "default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{response_header_exclusions:ResponseHeaderList{headers:[]}}}})";
  transient let nothing = "default_certification(ValidationArgs{no_certification:Empty{}})";

  var visits : Nat = 0;

  transient let index = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Decant site</title>"
  # "<link rel=\"stylesheet\" href=\"/style.css\"></head><body><h1>Served by a canister</h1>"
  # "<p>Every byte of this page was certified, and checked by the gateway.</p>"
  # "<p>Visits: <b id=\"visits\">?</b> <button id=\"visit\">Visit</button></p>"
  # "<p><a href=\"/legacy.html\">An older kind of page</a>, <a href=\"/poem.txt\">a body in pieces</a>, "
  # "<a href=\"/uncertified.html\">a page nobody vouches for</a></p><script src=\"/script.js\"></script></body></html>";
  transient let style = "body{font:18px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;color:#222;background:#fafaf7}h1{color:#225}";
  transient let script = "const show=async r=>document.getElementById('visits').textContent=await(await r).text();"
  # "document.getElementById('visit').onclick=()=>show(fetch('/visits',{method:'POST'}));show(fetch('/visits'));";
  transient let legacy = "<!doctype html><title>Legacy</title><p>This page is certified in the first version: its body alone.</p>";

  func page(path : Text, contentType : Text, body : Text) : Page {
    { path; at = exactly path; status = 200; contentType; pieces = [Text.encodeUtf8 body] };
  };

  /// The expression path of one path and no other.
  func exactly(path : Text) : [Text] {
    Array.flatten<Text>([["http_expr"], segments path, ["<$>"]]);
  };

  func segments(path : Text) : [Text] {
    if (path == "/") [""] else [Text.trimStart(path, #char '/')];
  };

  func verse(number : Nat) : Blob {
    let line = "This is line " # Nat.toText number # " of a body that comes in pieces.\n";
    Text.encodeUtf8(Text.join(Array.tabulate<Text>(200, func _ = line).values(), ""));
  };

  transient let pages : [Page] = [
    page("/", "text/html; charset=utf-8", index),
    page("/style.css", "text/css", style),
    page("/script.js", "text/javascript", script),
    {
      page("/poem.txt", "text/plain", "") with pieces = Array.tabulate<Blob>(3, verse)
    },
    {
      page("/epic.txt", "text/plain", "") with pieces = Array.tabulate<Blob>(12, verse)
    },
    {
      page("", "text/plain", "There is no such page.\n") with at = ["http_expr", "<*>"];
      status = 404 : Nat16;
    },
  ];

  func headers(page : Page) : [Header] = [("Content-Type", page.contentType), ("IC-CertificateExpression", everyHeader)];

  func wholeBody(page : Page) : Blob {
    Blob.fromArray(Array.flatten<Nat8>(Array.map<Blob, [Nat8]>(page.pieces, Blob.toArray)));
  };

  /// The hash of a map of texts and the number of the status, as the interface specification defines it.
  func headersHash(headers : [Header], status : Nat16) : Blob {
    let texts = Array.map<Header, Blob>(
      headers,
      func(name, value) = joined([Sha256.ofBlob(Text.encodeUtf8(Text.toLower name)), Sha256.ofBlob(Text.encodeUtf8 value)]),
    );
    let number = joined([Sha256.ofBlob(Text.encodeUtf8 ":ic-cert-status"), Sha256.ofBlob(leb128(Nat16.toNat status))]);
    Sha256.ofAll(Array.sort<Blob>(Array.concat<Blob>(texts, [number]), Blob.compare));
  };

  func joined(parts : [Blob]) : Blob {
    Blob.fromArray(Array.flatten<Nat8>(Array.map<Blob, [Nat8]>(parts, Blob.toArray)));
  };

  func leb128(number : Nat) : Blob {
    if (number < 128) Blob.fromArray([Nat8.fromNat number])
    else joined([Blob.fromArray([Nat8.fromNat(number % 128 + 128)]), leb128(number / 128)]);
  };

  func treePath(at : [Text], rest : [Blob]) : [Blob] {
    Array.concat<Blob>(Array.map<Text, Blob>(at, Text.encodeUtf8), rest);
  };

  func certified(page : Page) : HashTree.Entry {
    let responseHash = Sha256.ofAll([headersHash(headers page, page.status), Sha256.ofBlob(wholeBody page)]);
    let expressionHash = Sha256.ofBlob(Text.encodeUtf8 everyHeader);
    { path = treePath(page.at, [expressionHash, "", responseHash]); value = "" };
  };

  transient let tree = HashTree.of(
    Array.concat<HashTree.Entry>(
      Array.map<Page, HashTree.Entry>(pages, certified),
      [
        { path = treePath(exactly "/visits", [Sha256.ofBlob(Text.encodeUtf8 nothing)]); value = "" },
        { path = treePath(["http_assets", "/legacy.html"], []); value = Sha256.ofBlob(Text.encodeUtf8 legacy) },
      ],
    )
  );
  func base64(bytes : [Nat8]) : Text = Base64.encode(Blob.fromArray bytes);

  transient let treeField = "tree=:" # base64(HashTree.toCbor tree) # ":";
  CertifiedData.set(HashTree.rootHash tree);

  func certificateField() : Text {
    let ?certificate = CertifiedData.getCertificate() else Runtime.trap("A certificate is had by queries alone.");
    "certificate=:" # base64(Blob.toArray certificate) # ":";
  };

  func certificateHeader(at : [Text]) : Header {
    let labels = Array.map<Text, [Nat8]>(at, func name = HashTree.cborString(0x60, Text.encodeUtf8 name));
    let path = Array.flatten<Nat8>([[0xD9, 0xD9, 0xF7, 0x80 + Nat8.fromNat(at.size())], Array.flatten labels]);
    ("IC-Certificate", certificateField() # ", " # treeField # ", expr_path=:" # base64 path # ":, version=2");
  };

  func answer(status_code : Nat16, headers : [Header], body : Blob) : Response {
    { status_code; headers; body; upgrade = null; streaming_strategy = null };
  };

  func show(page : Page) : Response {
    let whole = answer(page.status, Array.concat<Header>(headers page, [certificateHeader(page.at)]), page.pieces[0]);
    if (page.pieces.size() == 1) return whole;
    let token = { path = page.path; next = 1 };
    { whole with streaming_strategy = ?#Callback { callback = http_request_streaming_callback; token } };
  };

  func pathOf(url : Text) : Text {
    let ?path = Text.split(url, #char '?').next() else return "/";
    path;
  };

  func pageAt(path : Text) : Page {
    let ?found = Array.find<Page>(pages, func page = page.path == path) else return pages[pages.size() - 1];
    found;
  };

  func countOfVisits() : Blob = Text.encodeUtf8(Nat.toText visits);

  public query func http_request(request : Request) : async Response {
    switch (pathOf(request.url)) {
      case "/visits" {
        if (request.method == "POST") return { answer(200, [], "") with upgrade = ?true };
        answer(200, [("Content-Type", "text/plain"), ("IC-CertificateExpression", nothing), certificateHeader(exactly "/visits")], countOfVisits());
      };
      case "/legacy.html" {
        answer(200, [("Content-Type", "text/html"), ("IC-Certificate", certificateField() # ", " # treeField)], Text.encodeUtf8 legacy);
      };
      case "/uncertified.html" {
        answer(200, [("Content-Type", "text/html")], "<!doctype html><p>Nobody vouches for this page.");
      };
      case path show(pageAt path);
    };
  };

  public query func http_request_streaming_callback(token : Token) : async Piece {
    let pieces = pageAt(token.path).pieces;
    let next = token.next + 1;
    { body = pieces[token.next]; token = if (next < pieces.size()) ?{ token with next } else null };
  };

  public func http_request_update(request : UpdateRequest) : async Response {
    if (request.method != "POST" or pathOf(request.url) != "/visits") return answer(404, [], "There is nothing to be changed here.\n");
    visits += 1;
    answer(200, [("Content-Type", "text/plain")], countOfVisits());
  };
};

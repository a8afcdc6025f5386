// What QuickJS is asked to do: a little of everything that programs do. Its value is a checksum.
(function () {
  let sum = 0;
  const mix = (value) => (sum = (Math.imul(sum, 31) + value) | 0);

  const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
  mix(fib(21));

  class Point {
    constructor(x, y) {
      this.x = x;
      this.y = y;
    }
    plus(other) {
      return new Point(this.x + other.x, this.y + other.y);
    }
  }
  let at = new Point(0, 0);
  for (let i = 0; i < 20000; i++) at = at.plus(new Point(i, -i));
  mix(at.x - at.y);

  let seed = 12345;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
  const numbers = Array.from({ length: 8000 }, random);
  numbers.sort((a, b) => a - b);
  mix(numbers[4000]);

  let text = "";
  for (let i = 0; i < 5000; i++) text += String.fromCharCode(97 + (i % 26)) + i.toString(36);
  mix(text.split("a").join("--").length);
  mix(text.replace(/[0-9]+/g, (digits) => digits.length).length);

  const counts = new Map();
  for (let i = 0; i < 20000; i++) counts.set(random() % 1000, (counts.get(i % 1000) || 0) + 1);
  mix(counts.size);

  let wave = 0;
  for (let i = 1; i < 30000; i++) wave += Math.sqrt(i) / (i + 0.5);
  mix(Math.floor(wave * 1e6));

  const records = [];
  for (let i = 0; i < 500; i++) records.push({ id: i, name: "record " + i, tags: ["a", "b", i], nested: { half: i / 2 } });
  mix(JSON.stringify(JSON.parse(JSON.stringify(records))).length);

  return sum;
})();

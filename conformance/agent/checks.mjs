/// A list of checks, each a sentence and what must not throw. Prints a line per check and counts the failures.
export class Checks {
  #failures = 0;
  #count = 0;

  async that(sentence, check) {
    this.#count++;
    try {
      const detail = await check();
      console.log(`ok    ${sentence}${detail === undefined ? '' : `: ${detail}`}`);
      return true;
    } catch (error) {
      this.#failures++;
      console.log(`FAIL  ${sentence}\n      ${firstLines(describe(error), 3)}`);
      return false;
    }
  }

  /// Prints the sum and returns the exit code.
  summary() {
    console.log(`${this.#count - this.#failures} of ${this.#count} checks passed`);
    return this.#failures === 0 ? 0 : 1;
  }
}

export function equal(found, expected, what) {
  if (found !== expected) {
    throw new Error(`${what} must be ${expected}, found ${found}`);
  }
}

/// Demands that `attempt` is refused with an error that matches, and returns what the error says.
export async function refused(attempt, pattern) {
  let outcome;
  try {
    outcome = await attempt();
  } catch (error) {
    const text = describe(error);
    if (!pattern.test(text)) {
      throw new Error(`the refusal must match ${pattern}, found: ${text}`);
    }
    return reason(text, pattern);
  }
  throw new Error(`must be refused, but answered ${outcome}`);
}

function describe(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/// The code and the text of a rejection, or the line of another error that matches.
function reason(text, pattern) {
  const rejection = text.match(/Reject text: (.*)/);
  if (rejection) {
    return `${text.match(/Error code: (.*)/)?.[1] ?? 'no code'}: ${rejection[1]}`;
  }
  return text.split('\n').find(line => pattern.test(line)).trim();
}

function firstLines(text, count) {
  return text.split('\n').slice(0, count).join('\n      ');
}

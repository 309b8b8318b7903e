import { randomFillSync } from 'node:crypto';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/** Draws ids as ULIDs are made: 48 bits of time, 80 random bits, each greater than the one before it. */
export function createEventIds(now: () => number = Date.now): () => string {
  const random = new Uint8Array(RANDOM_DIGITS);
  let time = -1;
  return () => {
    const today = now();
    if (today > time) {
      time = today;
      draw(random);
    } else if (!increment(random)) {
      // A clock that stands or runs back: the ids go on from the last one.
      time += 1;
      draw(random);
    }
    return digitsOfTime(time) + Array.from(random, (digit) => DIGITS[digit]).join('');
  };
}

function draw(random: Uint8Array): void {
  randomFillSync(random);
  for (let place = 0; place < random.length; place++) random[place] = (random[place] ?? 0) & 31;
}

/** Answers false when there is no next number. */
function increment(random: Uint8Array): boolean {
  for (let place = random.length - 1; place >= 0; place--) {
    const digit = (random[place] ?? 0) + 1;
    random[place] = digit & 31;
    if (digit < 32) return true;
  }
  return false;
}

function digitsOfTime(time: number): string {
  let digits = '';
  let rest = time;
  for (let place = 0; place < TIME_DIGITS; place++) {
    digits = (DIGITS[rest % 32] ?? '0') + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

// Makes cockatiel.json: what the breakers of npm `cockatiel` decide on random traces.
//
//   npm install cockatiel@3.2.1 && node cockatiel.mjs > cockatiel.json
//
// Time is made up, and each call is over at once. A trace in which a success leaves the share of
// failures above the threshold is left out: cockatiel looks at the share behind failures alone.
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const cockatiel = require('cockatiel');
const { circuitBreaker, handleAll, CircuitState } = cockatiel;

let seed = 20261126;
function random() {
  // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = list => list[whole(0, list.length - 1)];

let now = 0;
Date.now = () => now;

function breaker(of) {
  switch (of.kind) {
    case 'count':
      return new cockatiel.CountBreaker({
        threshold: of.threshold, size: of.size, minimumNumberOfCalls: of.minimum,
      });
    case 'sampling':
      return new cockatiel.SamplingBreaker({
        threshold: of.threshold, duration: of.size * 1000, minimumRps: (of.minimum - 0.5) / of.size,
      });
    default:
      return new cockatiel.ConsecutiveBreaker(of.size);
  }
}

// Thresholds of which no number of calls up to 99 has a whole part, so that `>` is `>=`.
function options(kind) {
  const size = kind === 'count' ? whole(2, 20) : whole(kind === 'sampling' ? 5 : 1, 8);
  return {
    kind,
    threshold: kind === 'consecutive' ? 1 : pick([0.11, 0.23, 0.31, 0.47, 0.53, 0.71]),
    size,
    minimum: kind === 'count' ? whole(1, size) : kind === 'sampling' ? whole(1, 12) : size,
    wait_ms: whole(1, 5) * 1000,
    growth: pick([1, 1, 2]),
  };
}

// An s or f is a call that came through and left it closed, an S or F one that left it open, and
// an x one that was refused; `wait_ms` stands between calls.
async function trace(of) {
  now = 1_000_000_000;
  const inner = breaker(of);
  const policy = circuitBreaker(handleAll, {
    breaker: inner,
    halfOpenAfter: of.growth === 1 ? of.wait_ms : new cockatiel.ExponentialBackoff({
      generator: cockatiel.noJitterGenerator, initialDelay: of.wait_ms, exponent: of.growth,
      maxDelay: 1e12,
    }),
  });
  const gaps = [];
  let calls = '', rate = random();
  for (let n = 0; n < 120; n++) {
    if (random() < 0.05) rate = random();
    let gap;
    if (of.kind === 'sampling') {
      // A call at the beginning of each second, and others behind it, but for trials: its windows
      // begin with calls, and ours with seconds.
      const left = 1000 - (now % 1000);
      const waits = policy.state === CircuitState.Open || random() < 0.4;
      gap = n === 0 ? 0 : waits ? left : Math.min(left, whole(0, 400));
    } else {
      gap = n === 0 ? 0 : whole(0, 1500);
    }
    now += gap;
    gaps.push(gap);
    const fails = random() < rate;
    const before = policy.state;
    let through = false;
    await policy.execute(() => {
      through = true;
      if (fails) throw new Error('it failed');
    }).catch(() => {});
    const open = policy.state === CircuitState.Open;
    if (through && !fails && before === CircuitState.Closed && of.kind !== 'consecutive') {
      const failed = inner.failures ?? inner.currentFailures;
      const total = failed + (inner.successes ?? inner.currentSuccesses);
      if (total >= of.minimum && failed > of.threshold * total) return null;
    }
    const letter = fails ? 'f' : 's';
    calls += !through ? 'x' : open ? letter.toUpperCase() : letter;
  }
  return { ...of, gaps_ms: gaps.join(' '), calls };
}

const traces = [];
for (const kind of ['count', 'sampling', 'consecutive']) {
  for (let n = 0; n < 30; ) {
    const made = await trace(options(kind));
    if (made !== null && /[xSF]/.test(made.calls)) {
      traces.push(made);
      n++;
    }
  }
}
const version = require('cockatiel/package.json').version;
const lines = traces.map(it => JSON.stringify(it)).join(',\n');
console.log(`{"cockatiel":"${version}","license":"MIT","traces":[\n${lines}\n]}`);

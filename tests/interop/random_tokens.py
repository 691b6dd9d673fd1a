#!/usr/bin/env python3
"""The random tokens of analysis/calibration/random_tokens.h, drawn by another program: plain Python, written from the
definitions of std::seed_seq and std::mersenne_twister_engine in the C++ standard ([rand.util.seedseq], [rand.eng.mers]).

    random_tokens.py SEED SAMPLE FIRST_ID END_ID COUNT      allowed ids are FIRST_ID <= id < END_ID
"""
import sys

WORD = 1 << 32


def seed_seq(values, count):
    state = [0x8B8B8B8B] * count
    size = len(values)
    t = 11 if count >= 623 else 7 if count >= 68 else 5 if count >= 39 else 3 if count >= 7 else (count - 1) // 2
    p = (count - t) // 2
    q = p + t
    steps = max(size + 1, count)

    def mix(x):
        return x ^ (x >> 27)

    for k in range(steps):
        r1 = 1664525 * mix(state[k % count] ^ state[(k + p) % count] ^ state[(k - 1) % count]) % WORD
        r2 = (r1 + (size if k == 0 else k % count + values[k - 1] if k <= size else k % count)) % WORD
        state[(k + p) % count] = (state[(k + p) % count] + r1) % WORD
        state[(k + q) % count] = (state[(k + q) % count] + r2) % WORD
        state[k % count] = r2
    for k in range(steps, steps + count):
        total = (state[k % count] + state[(k + p) % count] + state[(k - 1) % count]) % WORD
        r3 = 1566083941 * mix(total) % WORD
        r4 = (r3 - k % count) % WORD
        state[(k + p) % count] ^= r3
        state[(k + q) % count] ^= r4
        state[k % count] = r4
    return state


def mt19937_64(words):
    n, m, lower = 312, 156, (1 << 31) - 1
    state = [words[2 * i] | words[2 * i + 1] << 32 for i in range(n)]
    while True:
        for i in range(n):
            x = (state[i] & ~lower) | (state[(i + 1) % n] & lower)
            state[i] = state[(i + m) % n] ^ (x >> 1) ^ (0xB5026F5AA96619E9 if x & 1 else 0)
        for y in state:
            y ^= (y >> 29) & 0x5555555555555555
            y ^= (y << 17) & 0x71D67FFFEDA60000
            y ^= (y << 37) & 0xFFF7EEE000000000
            yield y ^ (y >> 43)


def tokens(seed, sample, allowed, count):
    draws = mt19937_64(seed_seq([seed % WORD, seed >> 32, sample % WORD, sample >> 32], 624))
    fair = (1 << 64) // len(allowed) * len(allowed)
    result = []
    while len(result) < count:
        draw = next(draws)
        if draw < fair:
            result.append(allowed[draw % len(allowed)])
    return result


if __name__ == "__main__":
    seed, sample, first, end, count = map(int, sys.argv[1:])
    print(tokens(seed, sample, list(range(first, end)), count))

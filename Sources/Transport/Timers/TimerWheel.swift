/// Deadlines of numbered things, one each, in slots of equal length; setting and clearing one costs the same however many
/// there are.
///
/// A hashed wheel (Varghese and Lauck, 1987): the things of one slot are a list in flat arrays, and a deadline that is
/// more than one turn of the wheel away stays in its slot until its turn comes.
package struct TimerWheel {
    private static let none: Int32 = -1
    /// Slots; a power of two, in whole words of the bitmap.
    private static let slots = 4096

    /// First thing of each slot's list.
    private var heads = [Int32](repeating: none, count: slots)
    /// One bit for each slot that has things.
    private var occupied = [UInt64](repeating: 0, count: slots / 64)
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The tick of each thing's deadline; nil, as `.max`: it has none.
    private var ticks: [UInt64] = []
    /// All earlier ticks were taken.
    private var hand: UInt64 = 0
    private var count = 0

    /// `tick`: the first tick that can be due.
    package init(at tick: UInt64) {
        hand = tick
    }

    /// Sets the deadline of a thing, in place of the one it had; a tick that has passed is due next.
    package mutating func set(_ thing: Int, at tick: UInt64) {
        if thing < ticks.count { clear(thing) } else { grow(to: thing + 1) }
        let tick = max(tick, hand)
        ticks[thing] = tick
        let slot = Self.slot(tick)
        next[thing] = heads[slot]
        previous[thing] = Self.none
        if heads[slot] != Self.none { previous[Int(heads[slot])] = Int32(thing) }
        heads[slot] = Int32(thing)
        occupied[slot / 64] |= 1 << UInt64(slot % 64)
        count += 1
    }

    /// Takes away a thing's deadline; nothing happens if it has none.
    package mutating func clear(_ thing: Int) {
        guard thing < ticks.count, ticks[thing] != .max else { return }
        let slot = Self.slot(ticks[thing])
        let (before, after) = (previous[thing], next[thing])
        if before == Self.none { heads[slot] = after } else { next[Int(before)] = after }
        if after != Self.none { previous[Int(after)] = before }
        if heads[slot] == Self.none { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
        ticks[thing] = .max
        count -= 1
    }

    /// The first tick at which something may be due; nil if nothing has a deadline.
    package var nextTick: UInt64? {
        guard count > 0 else { return nil }
        let start = Self.slot(hand)
        var word = start / 64
        var bits = occupied[word] & (~0 << UInt64(start % 64))
        for _ in 0...occupied.count {
            if bits != 0 {
                let slot = word * 64 + bits.trailingZeroBitCount
                return hand + UInt64((slot - start + Self.slots) % Self.slots)
            }
            word = (word + 1) % occupied.count
            bits = occupied[word]
        }
        return nil
    }

    /// Takes the deadlines up to and including `tick`, and appends their things to `due` by tick.
    ///
    /// `limit`: the others stay, and are due at once.
    package mutating func takeDue(at tick: UInt64, into due: inout [Int], atMost limit: Int = .max) {
        var left = limit
        while let candidate = nextTick, candidate <= tick {
            hand = candidate
            var thing = heads[Self.slot(candidate)]
            while thing != Self.none {
                let following = next[Int(thing)]
                if ticks[Int(thing)] <= candidate {
                    if left == 0 { return }
                    left -= 1
                    clear(Int(thing))
                    due.append(Int(thing))
                }
                thing = following
            }
            hand = candidate + 1
        }
        hand = max(hand, tick + 1)
    }

    private static func slot(_ tick: UInt64) -> Int { Int(tick % UInt64(slots)) }

    private mutating func grow(to size: Int) {
        let missing = size - ticks.count
        next += repeatElement(Self.none, count: missing)
        previous += repeatElement(Self.none, count: missing)
        ticks += repeatElement(.max, count: missing)
    }
}

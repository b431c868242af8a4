import CPCRE2

/// A regular expression of a user, compiled: sought in bytes that anybody may have sent, with a bound on the work.
///
/// PCRE2's syntax without what `PatternSyntax` refuses; `\w`, `\d` and `\s` mean ASCII. Text is UTF-8; bytes that are none match
/// nothing. A value never changes, and may be used by several threads at once.
/// https://www.pcre.org/current/doc/html/pcre2pattern.html
@safe package final class Pattern: @unchecked Sendable {
    /// How a search ended.
    package struct Search: Sendable, Hashable {
        /// What was found.
        package var end: End
        /// Units of work done, at most a little over `workLimit`.
        package var work: Int
    }

    /// What a search found.
    package enum End: Sendable, Hashable {
        /// The pattern matches somewhere.
        case found
        /// It matches nowhere.
        case notFound
        /// The bound was reached first.
        case exhausted
    }

    /// Bytes that a pattern may have.
    package static let longest = 1000
    /// Groups within groups.
    static let deepest: UInt32 = 50
    /// Bytes of a class of characters: all of its parts are tried on a character that none of them fits.
    static let longestClass = 256
    /// Units of work in one search: 5 to 10 ns each, so that 10 KiB take about 1 ms whatever the pattern.
    ///
    /// PCRE2 counts backtracking for each place anew where a match may begin, and a repetition of one character as one step
    /// however long it is. So the work is counted here, in a callout before each item: by that and by the bytes passed since
    /// the last one. The same pattern and bytes always come to the same end; a limit in time would depend on the machine.
    package static let workLimit = 100_000
    /// Memory for backtracking, KiB.
    static let memoryLimit: UInt32 = 4096
    /// Backtracking from one place, a second line of defence.
    static let stepLimit: UInt32 = 1_000_000

    /// As the user wrote it.
    package let text: String
    private let code: OpaquePointer
    /// By place in the pattern: what the item there costs.
    private let costs: PatternCosts

    /// Compiles a pattern; `shared` is cheaper where many are equal.
    package init(_ text: String) throws(PatternError) {
        self.text = text
        let bytes = Array(text.utf8)
        if bytes.count > Self.longest { throw PatternError(.tooLong, at: Self.longest) }
        try PatternSyntax.check(bytes)
        let code = try unsafe Self.compile(bytes)
        do throws(PatternError) {
            costs = try unsafe PatternCosts(of: code, bytes)
        } catch {
            unsafe pcre2_code_free_8(code)
            throw error
        }
        unsafe self.code = code
    }

    deinit {
        unsafe pcre2_code_free_8(code)
    }

    private static func compile(_ bytes: [UInt8]) throws(PatternError) -> OpaquePointer {
        guard let context = unsafe pcre2_compile_context_create_8(nil) else { throw PatternError(.noMemory, at: 0) }
        defer { unsafe pcre2_compile_context_free_8(context) }
        _ = unsafe pcre2_set_parens_nest_limit_8(context, deepest)
        let options =
            UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF) | UInt32(PCRE2_AUTO_CALLOUT)
            | UInt32(PCRE2_NO_AUTO_CAPTURE) | UInt32(PCRE2_NEVER_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        var (number, offset): (Int32, Int) = (0, 0)
        let code = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_compile_8(buffer.baseAddress, buffer.count, options, &number, &offset, context)
        }
        guard let code = unsafe code else { throw PatternError(code: number, at: offset, in: bytes) }
        return unsafe code
    }

    // MARK: Searching

    /// Seeks the pattern in `bytes`.
    package func search(_ bytes: [UInt8]) -> Search {
        var tally = Tally(costs: costs)
        let result = unsafe withUnsafeMutablePointer(to: &tally) { tally in unsafe run(bytes, tally) }
        let end: End =
            switch result {
            case 0...: .found
            case PCRE2_ERROR_NOMATCH: .notFound
            default: .exhausted
            }
        return Search(end: end, work: tally.work)
    }

    /// PCRE2's answer; no memory is one more limit.
    private func run(_ bytes: [UInt8], _ tally: UnsafeMutablePointer<Tally>) -> Int32 {
        guard let context = unsafe pcre2_match_context_create_8(nil) else { return PCRE2_ERROR_NOMEMORY }
        defer { unsafe pcre2_match_context_free_8(context) }
        guard let data = unsafe SearchMemory.take() else { return PCRE2_ERROR_NOMEMORY }
        defer { unsafe SearchMemory.giveBack(data) }
        _ = unsafe pcre2_set_match_limit_8(context, Self.stepLimit)
        _ = unsafe pcre2_set_heap_limit_8(context, Self.memoryLimit)
        _ = unsafe pcre2_set_callout_8(context, Self.count, tally)
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_match_8(code, buffer.baseAddress, buffer.count, 0, 0, data, context)
        }
    }

    /// What a search has done so far.
    private struct Tally {
        let costs: PatternCosts
        var work = 0
        /// Where the last callout was in the subject.
        var place = 0
        /// What passing a byte costs since then.
        var weight = 1
    }

    /// Before each item of the pattern; anything but 0 ends the search.
    private static let count:
        @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 = {
            block,
            context in
            guard let block = unsafe block?.pointee, let context = unsafe context else { return PCRE2_ERROR_CALLOUT }
            let tally = unsafe context.assumingMemoryBound(to: Tally.self)
            let place = unsafe block.current_position
            let cost = unsafe tally.pointee.costs[block.pattern_position]
            unsafe tally.pointee.work += cost.entry + max(0, place - tally.pointee.place) * tally.pointee.weight
            unsafe tally.pointee.place = place
            unsafe tally.pointee.weight = cost.weight
            return unsafe tally.pointee.work > workLimit ? PCRE2_ERROR_CALLOUT : 0
        }
}

extension Pattern: Hashable {
    package static func == (left: Pattern, right: Pattern) -> Bool { left === right || left.text == right.text }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

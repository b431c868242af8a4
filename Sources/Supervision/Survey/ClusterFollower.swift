import Coordination
import Foundation
package import KubernetesClient
import Transport

/// Follows what all supervisors of a cluster tell of their groups, through the API server, with the user's rights; with shards each
/// tells a part.
package struct ClusterFollower: Sendable {
    /// What has become known.
    package enum News: Sendable {
        /// A group, as its supervisor tells it in JSON; nil: no supervisor tells of it any more.
        case group(namespace: String, name: String, String?)
        /// Every supervisor that is known has told everything once.
        case whole
        /// Whether any supervisor is heard now.
        case current(Bool)
    }

    /// How often it is looked who the supervisors are.
    private static let period: Duration = .seconds(5)
    /// A supervisor shows every 5 s that it lives.
    private static let longestSilence: Duration = .seconds(20)
    /// Supervisors that are not believed and are told of.
    private static let mostDoubts = 3

    private let client: APIClient
    private let scope: ClusterSurvey.Scope
    private let complain: @Sendable (String) -> Void
    private let merged: Locked<MergedGroups>

    /// Follows nobody before `run`.
    ///
    /// `client`: acts for the user. `complain`: told why something is not seen, each reason once while it lasts.
    package init(client: APIClient, scope: ClusterSurvey.Scope, complain: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.scope = scope
        self.complain = complain
        merged = Locked(MergedGroups(trust: TrustedPlaces(given: scope.supervisorNamespace)))
    }

    /// Follows until the task is cancelled.
    package func run(_ tell: @escaping @Sendable (News) -> Void) async {
        await withDiscardingTaskGroup { group in
            var followed: [SupervisorPods.Place: Latch] = [:]
            var told: Set<String> = []
            repeat {
                let (found, failure) = await supervisors()
                let places = found?.places ?? []
                var gaps = (found?.gaps ?? []) + [failure].compactMap(\.self)
                for (place, stop) in followed where gaps.isEmpty && !places.contains(place) {
                    stop.open()
                    followed[place] = nil
                }
                if let trust = found?.trust { publish(merged.withLock { $0.trust(trust) }, tell) }
                for place in places where followed[place] == nil {
                    let stop = Latch()
                    followed[place] = stop
                    merged.withLock { $0.expect(place) }
                    group.addTask { await follow(place, until: stop, tell) }
                }
                if followed.isEmpty, gaps.isEmpty {
                    gaps = ["no supervisor was found; is there one that elects a leader?"]
                }
                gaps += (found?.doubts ?? []) + merged.withLock { $0.doubts }.prefix(Self.mostDoubts)
                for gap in gaps where !told.contains(gap) { complain(gap) }
                told = Set(gaps)
            } while (try? await Task.sleep(for: Self.period)) != nil
            for stop in followed.values { stop.open() }
        }
    }

    /// What the supervisor that leads a group says of it, its settings and its last hour included; nil: none does.
    package func detail(of group: String, in namespace: String) async -> [UInt8]? {
        guard let place = merged.withLock({ $0.place(of: .init(namespace: namespace, name: group)) }) else {
            return nil
        }
        let request = ClusterSurvey.request(place, "/api/v1/groups/\(namespace)/\(group)")
        guard let answer = try? await client.response(to: request), answer.head.status == 200,
            let status = try? JSONDecoder().decode(GroupStatus.self, from: Data(answer.body)),
            status.name == group, status.namespace == namespace
        else { return nil }
        return status.text.map { Array($0.utf8) }
    }

    /// Who is followed; or why that is not known.
    private func supervisors() async -> (ClusterSurvey.Supervisors?, failure: String?) {
        let survey = ClusterSurvey(client: client)
        do throws(KubernetesError) {
            return (await survey.supervisors(of: scope, try await survey.records(scope)), nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    // MARK: One supervisor

    private func follow(
        _ place: SupervisorPods.Place,
        until stop: Latch,
        _ tell: @escaping @Sendable (News) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop.wait() }
            group.addTask {
                var pause = Duration.seconds(1)
                var isSilent = false
                repeat {
                    let end = await read(place, tell)
                    let isHeard = merged.withLock { merged in
                        merged.lost(place)
                        return merged.isHeard
                    }
                    tell(.current(isHeard))
                    switch end {
                    case .heard: (pause, isSilent) = (.seconds(1), false)
                    case .tooMuch(let words):
                        complain("\(place.pod) in \(place.namespace) tells \(words), and is not followed any more")
                        return
                    case .silent(let words):
                        if !isSilent { complain("\(place.pod): \(words)") }
                        (pause, isSilent) = (min(pause * 2, .seconds(15)), true)
                    }
                } while (try? await Task.sleep(for: pause)) != nil
            }
            await group.next()
            group.cancelAll()
        }
        publish(merged.withLock { $0.forget(place) }, tell)
    }

    /// How a stream ended.
    private enum End: Sendable {
        /// Something came before.
        case heard
        /// Nothing did, and why.
        case silent(String)
        /// More came than can be kept: what, in words.
        case tooMuch(String)
    }

    /// Reads one stream to its end, or until what it tells is to be told anew.
    private func read(_ place: SupervisorPods.Place, _ tell: @Sendable (News) -> Void) async -> End {
        var request = ClusterSurvey.request(place, "/api/v1/events")
        request.accept = "text/event-stream"
        var lines = EventLines()
        var hasCome = false
        do {
            let stream = try await client.stream(request, idleTimeout: Self.longestSilence)
            for try await chunk in stream.body {
                for event in lines.events(adding: chunk) {
                    hasCome = true
                    take(event, from: place, tell)
                    if merged.withLock({ $0.isTooMuch(from: place) }) {
                        return .tooMuch("of more than \(MergedGroups.mostGroups) groups, or more than 64 MB")
                    }
                }
                if lines.isTooLong { return .tooMuch("a line of more than 256 KB") }
                if merged.withLock({ $0.takeOutdated(place) }) { return .heard }
            }
        } catch {
            if !hasCome, !Task.isCancelled { return .silent("\(error)") }
        }
        return hasCome || Task.isCancelled ? .heard : .silent("it tells nothing")
    }

    private func take(_ event: EventLines.Event, from place: SupervisorPods.Place, _ tell: (News) -> Void) {
        let changes = merged.withLock { $0.heard(event, from: place, within: scope.namespace) }
        publish(changes, tell)
        guard event.name == "ready" else { return }
        tell(.current(true))
        if merged.withLock({ $0.isWhole }) { tell(.whole) }
    }

    private func publish(_ changes: [MergedGroups.Change], _ tell: (News) -> Void) {
        for change in changes { tell(.group(namespace: change.key.namespace, name: change.key.name, change.text)) }
    }
}

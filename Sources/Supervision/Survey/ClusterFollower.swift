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
    /// Supervisors that are followed at once.
    private static let mostPlaces = 64

    private let client: APIClient
    private let scope: ClusterSurvey.Scope
    private let complain: @Sendable (String) -> Void
    private let merged = Locked(MergedGroups())

    /// Follows nobody before `run`.
    ///
    /// `client`: acts for the user. `complain`: told why something is not seen, each reason once while it lasts.
    package init(client: APIClient, scope: ClusterSurvey.Scope, complain: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.scope = scope
        self.complain = complain
    }

    /// Follows until the task is cancelled.
    package func run(_ tell: @escaping @Sendable (News) -> Void) async {
        await withDiscardingTaskGroup { group in
            var followed: [SupervisorPods.Place: Latch] = [:]
            var told: Set<String> = []
            repeat {
                var gaps: [String] = []
                let places = await places(&gaps).prefix(Self.mostPlaces)
                for (place, stop) in followed where gaps.isEmpty && !places.contains(place) {
                    stop.open()
                    followed[place] = nil
                }
                for place in places where followed[place] == nil {
                    let stop = Latch()
                    followed[place] = stop
                    merged.withLock { $0.expect(place) }
                    group.addTask { await follow(place, until: stop, tell) }
                }
                if followed.isEmpty, gaps.isEmpty {
                    gaps = ["no supervisor was found; is there one that elects a leader?"]
                }
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
        guard let answer = try? await client.response(to: request), answer.head.status == 200 else { return nil }
        return answer.body
    }

    private func places(_ gaps: inout [String]) async -> [SupervisorPods.Place] {
        do throws(KubernetesError) {
            let survey = ClusterSurvey(client: client)
            return await survey.supervisors(of: scope, try await survey.records(scope), &gaps)
        } catch {
            gaps.append("\(error)")
            return []
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
                repeat {
                    if await read(place, tell) { pause = .seconds(1) } else { pause = min(pause * 2, .seconds(15)) }
                    let isHeard = merged.withLock { merged in
                        merged.lost(place)
                        return merged.isHeard
                    }
                    tell(.current(isHeard))
                } while (try? await Task.sleep(for: pause)) != nil
            }
            await group.next()
            group.cancelAll()
        }
        publish(merged.withLock { $0.forget(place) }, tell)
    }

    /// Reads one stream to its end; whether anything came.
    private func read(_ place: SupervisorPods.Place, _ tell: @Sendable (News) -> Void) async -> Bool {
        var request = ClusterSurvey.request(place, "/api/v1/events")
        request.accept = "text/event-stream"
        var lines = EventLines()
        var hasCome = false
        do {
            let stream = try await client.stream(request, idleTimeout: Self.longestSilence)
            for try await chunk in stream.body {
                for event in lines.events(adding: chunk) {
                    hasCome = true
                    let changes = merged.withLock { $0.heard(event, from: place, within: scope.namespace) }
                    publish(changes, tell)
                    if event.name != "ready" { continue }
                    tell(.current(true))
                    if merged.withLock({ $0.isWhole }) { tell(.whole) }
                }
            }
        } catch {
            let why = (error as? KubernetesError).map(place.silence) ?? "\(error)"
            if !Task.isCancelled, !hasCome { complain("\(place.pod): \(why)") }
        }
        return hasCome
    }

    private func publish(_ changes: [MergedGroups.Change], _ tell: (News) -> Void) {
        for change in changes { tell(.group(namespace: change.key.namespace, name: change.key.name, change.text)) }
    }
}

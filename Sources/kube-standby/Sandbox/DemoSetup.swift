#if Sandbox

import Foundation

/// What the demo runs with: three groups of three pods, and the configuration that supervises them.
struct DemoSetup {
    /// One of the groups.
    enum Group: String, CaseIterable {
        /// Probed by HTTP.
        case web
        /// Probed by TCP.
        case db
        /// Probed by a command beside the supervisor.
        case license

        /// Names of its pods, by ordinal.
        var pods: [String] { (0..<3).map { "\(rawValue)-\($0)" } }
    }

    /// Where all groups are.
    static let namespace = "default"

    /// A folder with one file for each pod of the group `license`; a file that is missing means unhealthy.
    let markers: URL

    /// The StatefulSet and the two Services of a group; `web` starts with an active pod, as after the article's loop.
    func manifests(of group: Group) -> String {
        let name = group.rawValue
        return """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: \(name)}
            spec:
              replicas: 3
              serviceName: \(name)-all
              selector: {matchLabels: {app: \(name)}}
              template:
                metadata: {labels: {app: \(name)}}
                spec:
                  containers:
                  - {name: app, image: toy, ports: [{name: http, containerPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: \(name)}
            spec:
              clusterIP: None
              selector: {app: \(name), role: active}
              ports: [{name: http, port: 8080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: \(name)-all}
            spec:
              clusterIP: None
              selector: {app: \(name)}
              ports: [{name: http, port: 8080}]

            """
    }

    /// The file that the supervisor reads; short periods, so that the demo is short.
    var configuration: String {
        """
        apiVersion: kube-standby.io/v1
        kind: StandbyConfiguration
        defaults:
          probe: {periodSeconds: 1, fastPeriodSeconds: 0.5, timeoutSeconds: 0.5, failureThreshold: 2, successThreshold: 2}
        groups:
        - name: web
          service: web
          probe: {httpGet: {path: /health, port: http}}
        - name: db
          service: db
          probe: {tcpSocket: {port: 8080}}
        - name: license
          service: license
          probe:
            exec:
              runIn: Supervisor
              command: [/bin/sh, -c, 'test -e "\(markers.path(percentEncoded: false))/$POD_NAME"']

        """
    }

    /// Writes or removes the files by which pods of `license` are healthy.
    ///
    /// - Throws: what the file system says.
    func setLicense(_ isHealthy: Bool, pods: [String] = Group.license.pods) throws {
        for pod in pods {
            let file = markers.appending(path: pod)
            if isHealthy { try Data().write(to: file) } else { try? FileManager.default.removeItem(at: file) }
        }
    }
}

#endif

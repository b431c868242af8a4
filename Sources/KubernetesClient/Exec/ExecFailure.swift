/// The command could not be run, or not through this server; says nothing of the application.
package struct ExecFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
}

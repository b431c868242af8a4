import ArgumentParser
import StandbyConfiguration

/// `kube-standby schema`.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the configuration file.",
        discussion: """
            Draft 2020-12. An editor with the YAML language server completes and checks as one types, if the file begins with

              # yaml-language-server: $schema=kube-standby.schema.json

            EXAMPLES
              kube-standby schema > kube-standby.schema.json

            EXIT CODES
              0 printed, 2 it could not be written, 64 wrong usage
            """
    )

    func run() {
        StandardOutput.write(JSONText.write(JSONSchema.document))
    }
}

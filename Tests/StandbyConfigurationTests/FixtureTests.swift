import Foundation
import Testing

@testable import StandbyConfiguration

/// Every configuration in `Fixtures`, beside the exact words that it gets.
@Suite struct FixtureTests {
    @Test(arguments: try FixtureFile.all(in: .invalid))
    func refusesWithExactlyTheseWords(file: FixtureFile) throws {
        let (reading, words) = try file.read()
        #expect(words == (try file.expectedWords()))
        #expect(reading.configuration == nil)
    }

    @Test(arguments: try FixtureFile.all(in: .warned))
    func warnsWithExactlyTheseWords(file: FixtureFile) throws {
        let (reading, words) = try file.read()
        #expect(words == (try file.expectedWords()))
        #expect(reading.configuration != nil)
    }

    @Test(arguments: try FixtureFile.all(in: .valid))
    func acceptsWithoutAWord(file: FixtureFile) throws {
        let (reading, words) = try file.read()
        #expect(words == "")
        #expect(reading.configuration != nil)
    }

    @Test(arguments: try FixtureFile.all(in: .valid) + FixtureFile.all(in: .warned))
    func printsAnEffectiveConfigurationThatReadsBackAsTheSame(file: FixtureFile) throws {
        let configuration = try #require(try file.read().reading.configuration)
        let text = YAMLText.write(configuration.effective)
        let again = ConfigurationReading(Array(text.utf8))
        #expect(again.errors.map(\.text) == [])
        #expect(again.configuration == configuration)
    }
}

import Randomness
import Testing

@Suite("SeededGenerator")
struct SeededGeneratorTests {
  @Test("The first numbers are SplitMix64's")
  func firstNumbers() {
    // Vigna's splitmix64.c from seed 1234567.
    var generator = SeededGenerator(seed: 1_234_567)
    let numbers = (0..<3).map { _ in generator.next() }
    #expect(
      numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    )
  }

  @Test("Streams of one seed are unlike each other and repeatable")
  func streams() {
    var first = SeededGenerator(seed: 7, stream: 1, 2)
    var again = SeededGenerator(seed: 7, stream: 1, 2)
    var swapped = SeededGenerator(seed: 7, stream: 2, 1)
    var named = SeededGenerator(seed: 7, stream: "weights")
    let numbers = [first.next(), swapped.next(), named.next()]
    #expect(again.next() == numbers[0])
    #expect(Set(numbers).count == 3)
  }

  @Test("Normal draws have mean 0, variance 1 and a normal's tails")
  func normalDraws() {
    var generator = SeededGenerator(seed: 3)
    let draws = (0..<100_000).map { _ in generator.nextNormal() }
    let mean = draws.reduce(0, +) / 1e5
    let variance = draws.reduce(0) { $0 + $1 * $1 } / 1e5
    // Five standard errors: 1 / √n for the mean, √(2 / n) for the variance.
    #expect(abs(mean) < 0.016 && abs(variance - 1) < 0.023)
    let beyondTwo = Double(draws.count { abs($0) > 2 }) / 1e5
    #expect(abs(beyondTwo - 0.0455) < 0.004)
  }

  @Test("Indices cover their range evenly")
  func indices() {
    var generator = SeededGenerator(seed: 5)
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[generator.index(below: 3)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
  }
}

import ArgumentParser

/// `delineate challenge`: the program as a challenge's container runs it.
struct Challenge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer a challenge from inside its container.",
    discussion: """
      One process, no network; reads and writes where grand-challenge.org puts and looks for files, \
      and needs nothing writable but the output and /tmp. Containers/ in the source has a Dockerfile \
      for each.
      """,
    subcommands: [ChallengeHaNSeg.self, ChallengeHNTSMRG.self]
  )
}

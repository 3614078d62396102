/// What is known of a study in the queue: its journal entry, replaced as a whole at each step.
package struct QueuedStudy: Codable, Hashable, Sendable {
  /// How far it is.
  package enum Phase: String, Codable, Sendable {
    /// Objects may still come.
    case receiving
    /// It waits for its segmentation, or for another attempt.
    case ready
    /// Its structure set waits to be sent, or to be sent again.
    case sending
    /// It was answered, or no rule fits it.
    case done
    /// A person must look.
    case failed
  }

  /// The folder's name: a digest of caller and study.
  package var key: String
  /// Who sent it.
  package var caller: String
  package var phase = Phase.receiving
  /// Seconds since 1970.
  package var firstObject: Double
  package var lastObject: Double
  /// How often the present phase was tried.
  package var attempts = 0
  /// Not before this; seconds since 1970.
  package var notBefore = 0.0
  /// The rule that was followed, where one fits.
  package var rule: String?
  /// The peer that gets the answer.
  package var target: String?
  /// The file of the structure set in the study's folder.
  package var answer: String?
  /// How many answers were sent.
  package var answers = 0
  /// Digests of the objects that were answered: sent again, they ask for nothing new.
  package var answered: [String] = []
  /// A digest of the images that were segmented, and by which rule.
  package var scan: String?
  /// One sentence: why it waits or failed.
  package var problem: String?
}

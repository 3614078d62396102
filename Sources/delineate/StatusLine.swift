import Foundation

/// One line on standard error that changes in place; for a terminal.
struct StatusLine {
  /// Whether standard error is a terminal; elsewhere plain lines are written.
  static let isTerminal = isatty(STDERR_FILENO) == 1
  private var isOpen = false

  /// Writes over what the line said.
  mutating func replace(with text: String) {
    isOpen = true
    // Back to the line's start, and clear what a longer text left behind.
    Self.write("\r\(text)\u{1B}[K")
  }

  /// Takes the line away, so that what follows starts on its own.
  mutating func clear() {
    if isOpen { Self.write("\r\u{1B}[K") }
    isOpen = false
  }

  /// Writes to standard error.
  static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

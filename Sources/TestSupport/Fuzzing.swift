internal import Foundation

/// How many damaged copies of a file a test reads: `usual`, or as many as the environment variable
/// `DELINEATE_FUZZ_ROUNDS` says.
public func fuzzRounds(_ usual: Int) -> Int {
  ProcessInfo.processInfo.environment["DELINEATE_FUZZ_ROUNDS"].flatMap(Int.init) ?? usual
}

/// The most memory that a process has used so far, in bytes; of this process where none is named.
public func peakMemory(of process: Int32? = nil) throws -> Int {
  let place = process.map { "\($0)" } ?? "self"
  let status = try String(contentsOfFile: "/proc/\(place)/status", encoding: .utf8)
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
  let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }
  return 1024 * (kilobytes.first ?? 0)
}

internal import CDCMTK
public import Foundation

/// Takes objects that peers send (C-STORE) and answers whether it is there (C-ECHO).
///
/// What peers send is taken in the process that calls ``run()``: let it be one that may end, and that
/// another starts again.
public struct StorageListener: Sendable {
  /// Our application entity title; calls to others are refused.
  public var title: String
  /// The port.
  public var port: UInt16
  /// The titles that may call.
  public var callers: [String]
  /// Where objects become files, named by their caller's title and a number.
  public var folder: URL
  /// While this file exists, objects are refused.
  public var full: URL
  /// Bytes that must be free on the folder's disk.
  public var reserve: Int
  /// How many peers may be connected at a time.
  public var associations: Int
  /// What encrypts connections, and then all of them; `nil` where they are plain.
  public var security: TransportSecurity?

  /// A listener.
  public init(
    title: String,
    port: UInt16,
    callers: [String],
    folder: URL,
    full: URL,
    reserve: Int = 1 << 30,
    associations: Int = 8,
    security: TransportSecurity? = nil
  ) {
    self.title = title
    self.port = port
    self.callers = callers
    self.folder = folder
    self.full = full
    self.reserve = reserve
    self.associations = associations
    self.security = security
  }

  /// The transfer syntaxes whose pixels are read: uncompressed, and compressed without loss or with.
  private static let syntaxes =
    ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
    + ["4.70", "4.57", "4.80", "4.90", "5", "4.50", "4.51", "4.81", "4.91"]
    .map { "1.2.840.10008.1.2.\($0)" }

  /// Listens; does not return while it can.
  /// - Throws: ``StorageError/notListening(port:reason:)``.
  public func run() throws(StorageError) {
    var message = cdcmtk_message()
    _ = withCStrings([title, folder.path, full.path, UUID().uuidString]) { own in
      withCStrings(callers) { callers in
        withCStrings(Self.syntaxes) { syntaxes in
          withOptions(of: security) { tls in
            var options = cdcmtk_listener(
              title: own[0],
              port: port,
              callers: callers.baseAddress,
              caller_count: callers.count,
              syntaxes: syntaxes.baseAddress,
              syntax_count: syntaxes.count,
              folder: own[1],
              prefix: own[3],
              full: own[2],
              reserve: UInt64(clamping: reserve),
              largest: 4 << 30,
              associations: UInt32(clamping: associations),
              seconds: 30,
              tls: tls
            )
            return cdcmtk_listen(&options, &message)
          }
        }
      }
    }
    throw .notListening(port: port, reason: text(message))
  }

  /// The caller's title in the name of a file that a listener made; `nil` of other files.
  public static func caller(of file: String) -> String? {
    guard file.hasSuffix(".dcm"), let digits = file.split(separator: ".").first,
      digits.utf8.count.isMultiple(of: 2), digits.utf8.count <= 32
    else { return nil }
    var bytes: [UInt8] = []
    var rest = digits[...]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

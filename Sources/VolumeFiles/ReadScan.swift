public import Foundation
public import Volumes
public func readScan(at url: URL) throws(VolumeFileError) -> (volume: Volume<Float>, x: Int) {
  let header = try readHeader(at: url)
  return (try readVolumeFile(header, at: url), 0)
}

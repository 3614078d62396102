extension Float: VoxelValue {
  /// Rounds to single precision once, as `SimpleITK` and NumPy's `float32` do.
  static func convert<Stored: StoredScalar>(
    _ stored: UnsafeBufferPointer<Stored>,
    isSwapped: Bool,
    rescale: Rescale?,
    to voxels: UnsafeMutableBufferPointer<Float>
  ) -> (first: Int, count: Int, value: Double)? {
    // The largest exponent tells whether all are finite; a test of each would keep the loops from
    // being vectorized.
    var largest: UInt32 = 0
    if let rescale {
      let isDouble = Stored.self == Double.self
      for index in voxels.indices {
        let number = isSwapped ? stored[index].swapped : stored[index]
        // ITK turns whole numbers into singles first and scales in double.
        let exact = isDouble ? number.asDouble : Double(number.asFloat)
        let value = Float(exact * rescale.slope + rescale.intercept)
        voxels[index] = value
        largest = max(largest, value.bitPattern & 0x7FFF_FFFF)
      }
    } else if isSwapped {
      for index in voxels.indices {
        let value = stored[index].swapped.asFloat
        voxels[index] = value
        largest = max(largest, value.bitPattern & 0x7FFF_FFFF)
      }
    } else {
      for index in voxels.indices {
        let value = stored[index].asFloat
        voxels[index] = value
        largest = max(largest, value.bitPattern & 0x7FFF_FFFF)
      }
    }
    guard largest >= 0x7F80_0000, let first = voxels.firstIndex(where: { !$0.isNumber }) else {
      return nil
    }
    return (first, voxels.count { !$0.isNumber }, Double(voxels[first]))
  }
}

extension UInt16: VoxelValue {
  /// Takes whole numbers from 0 to 65535 over exactly.
  static func convert<Stored: StoredScalar>(
    _ stored: UnsafeBufferPointer<Stored>,
    isSwapped: Bool,
    rescale: Rescale?,
    to voxels: UnsafeMutableBufferPointer<UInt16>
  ) -> (first: Int, count: Int, value: Double)? {
    var first: Int?
    var count = 0
    func value(at index: Int) -> Double {
      let number = (isSwapped ? stored[index].swapped : stored[index]).asDouble
      return rescale.map { number * $0.slope + $0.intercept } ?? number
    }
    if Stored.self == UInt8.self && rescale == nil {
      for index in voxels.indices { voxels[index] = UInt16(stored[index].asFloat) }
      return nil
    }
    for index in voxels.indices {
      let number = value(at: index)
      if let label = UInt16(exactly: number) {
        voxels[index] = label
      } else {
        voxels[index] = 0
        first = first ?? index
        count += 1
      }
    }
    return first.map { ($0, count, value(at: $0)) }
  }
}

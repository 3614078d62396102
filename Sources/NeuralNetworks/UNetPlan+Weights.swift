extension UNetPlan {
  /// The name and shape of every weight the network needs, in the order the layers run.
  ///
  /// The names are nnU-Net's. Of the decoder's segmentation heads only the last, at full
  /// resolution, is needed; the others serve deep supervision in training. The plan must be valid.
  /// - SeeAlso: `dynamic_network_architectures` 0.4, `building_blocks`.
  package var expectedWeights: [(name: String, shape: [Int])] {
    var weights: [(name: String, shape: [Int])] = []

    func convolution(
      _ name: String,
      from input: Int,
      to output: Int,
      kernel: [Int],
      bias: Bool
    ) {
      weights.append(("\(name).weight", [output, input] + kernel))
      if bias { weights.append(("\(name).bias", [output])) }
    }
    func block(_ name: String, from input: Int, to output: Int, kernel: [Int], bias: Bool) {
      convolution("\(name).conv", from: input, to: output, kernel: kernel, bias: bias)
      weights.append(("\(name).norm.weight", [output]))
      weights.append(("\(name).norm.bias", [output]))
    }

    var channels = inputChannels
    if encoder == .residual {
      block(
        "encoder.stem.convs.0",
        from: channels,
        to: features[0],
        kernel: kernels[0],
        bias: convolutionBias
      )
      channels = features[0]
    }
    for stage in features.indices {
      let kernel = kernels[stage]
      for index in 0..<encoderDepths[stage] {
        switch encoder {
        case .plain:
          block(
            "encoder.stages.\(stage).0.convs.\(index)",
            from: channels,
            to: features[stage],
            kernel: kernel,
            bias: convolutionBias
          )
        case .residual:
          let name = "encoder.stages.\(stage).blocks.\(index)"
          block(
            "\(name).conv1",
            from: channels,
            to: features[stage],
            kernel: kernel,
            bias: convolutionBias
          )
          block(
            "\(name).conv2",
            from: features[stage],
            to: features[stage],
            kernel: kernel,
            bias: convolutionBias
          )
          if channels != features[stage] {
            // The skip's average pooling, where there is one, comes before the projection.
            let pools = index == 0 && strides[stage] != [1, 1, 1]
            block(
              "\(name).skip.\(pools ? 1 : 0)",
              from: channels,
              to: features[stage],
              kernel: [1, 1, 1],
              bias: false
            )
          }
        }
        channels = features[stage]
      }
    }
    for index in decoderDepths.indices {
      let below = features.count - 1 - index
      let skip = features[below - 1]
      let upsampling = "decoder.transpconvs.\(index)"
      weights.append(("\(upsampling).weight", [features[below], skip] + strides[below]))
      if convolutionBias { weights.append(("\(upsampling).bias", [skip])) }
      for step in 0..<decoderDepths[index] {
        block(
          "decoder.stages.\(index).convs.\(step)",
          from: step == 0 ? 2 * skip : skip,
          to: skip,
          kernel: kernels[below - 1],
          bias: convolutionBias
        )
      }
    }
    convolution(
      "decoder.seg_layers.\(decoderDepths.count - 1)",
      from: features[0],
      to: outputChannels,
      kernel: [1, 1, 1],
      bias: true
    )
    return weights
  }
}

// Several processes that train one network: sums and copies among them, by c10d. Part of CTorch.h.
#pragma once

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_group ct_group;

// Meets the other processes of a training at host:port, where rank 0 listens, or the launcher does
// where `is_launcher_listening`. `prefix` keeps several meetings at one place apart. Nothing waits
// longer than `timeout` milliseconds, here or in what follows. `interface` names the network
// interface to use, or is null. Where `device` is CUDA, its tensors go over NCCL.
ct_status ct_group_join(const char *host, int port, bool is_launcher_listening, const char *prefix,
                        int rank, int count, int64_t timeout, const char *interface,
                        ct_device device, ct_group **out);
void ct_group_free(ct_group *group);

// In place: the sum over processes of each of `count` numbers.
ct_status ct_group_sum(ct_group *group, double *values, size_t count);
// In place: rank 0's bytes everywhere.
ct_status ct_group_broadcast_bytes(ct_group *group, uint8_t *bytes, size_t count);
// The sum over processes of a single-precision tensor, without a history.
ct_status ct_group_sum_tensor(ct_group *group, const ct_tensor *x, ct_tensor **out);
// In place: the sum over processes of each parameter's gradient, in few large pieces. Processes
// have gradients for the same parameters.
ct_status ct_group_sum_gradients(ct_group *group, ct_tensor *const *parameters, size_t count);
// In place: rank 0's values everywhere.
ct_status ct_group_broadcast(ct_group *group, ct_tensor *const *tensors, size_t count);

// Which of the machine's CUDA devices this process uses, from 0.
ct_status ct_select_cuda_device(int index);

#ifdef __cplusplus
}
#endif

/** @file Node reaches a WebGPU adapter that really computes. */
import { afterEach, expect, test } from 'vitest';
import { inCache } from '../../src/build/repository.mjs';
import { cachedLavapipe, requestDawnAdapter } from '../../src/cli/dawn';

const { VK_ICD_FILENAMES } = process.env;
afterEach(() => {
  // Key by key: a replaced process.env would no longer reach the Vulkan loader.
  if (VK_ICD_FILENAMES === undefined) delete process.env.VK_ICD_FILENAMES;
  else process.env.VK_ICD_FILENAMES = VK_ICD_FILENAMES;
});

test('a kernel computes', async () => {
  const { adapter, description } = await requestDawnAdapter();
  expect(description).not.toBe('');
  const device = await adapter.requestDevice();
  const values = new Float32Array([1, 2, 3, 4]);
  const buffer = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, values);
  const module = device.createShaderModule({
    code: `
      @group(0) @binding(0) var<storage, read_write> a: array<f32>;
      @compute @workgroup_size(4) fn square(@builtin(local_invocation_index) i: u32) { a[i] = a[i] * a[i]; }`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, values.byteLength);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  expect([...new Float32Array(readable.getMappedRange())]).toEqual([1, 4, 9, 16]);
  readable.unmap();
  device.destroy();
});

test('a driver that was asked for and is not there is an error, not another driver', async () => {
  process.env.VK_ICD_FILENAMES = '/nowhere/driver_icd.json';
  await expect(requestDawnAdapter()).rejects.toThrow(/no WebGPU adapter.*\/nowhere\/driver_icd\.json/);
});

test('the command line and the build scripts agree on where lavapipe is cached', () => {
  expect(cachedLavapipe()).toBe(inCache('lavapipe', 'lvp_icd.json'));
});

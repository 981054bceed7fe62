using Aspire.Containerless.Servers;

namespace Im.Tests.Hosting;

/// <summary>The suite on the machine's own Redis or Valkey; on Garnet once more where it has none.</summary>
public sealed class ServersRedisServerTests() : ServersRedisTests(
    Command.Find("redis-server") ?? Command.Find("valkey-server") ?? "garnet");

#!/usr/bin/env bash
# A connection that StackExchange.Redis begins before the server listens fails after seconds, though the server listens 50 ms later.
#
# Seen on: StackExchange.Redis 3.4.35, Microsoft.Garnet 2.2.8, .NET 10.
# Guess:   connectRetry is 3, so ConnectAsync tries again within moments and is connected soon after the port is open.
# Seen:    with the default abortConnect=true it gives up with a RedisConnectionException, 4.7 s after the server was ready. A connection begun then takes less than 0.1 s.
# So:      begin only when a plain TCP connection succeeds, or cancel an attempt early and begin another.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Garnet" Version="2.2.8" />
    <PackageReference Include="StackExchange.Redis" Version="3.4.35" />
    <PackageReference Include="Microsoft.IdentityModel.Protocols.OpenIdConnect" Version="8.23.0" />
    <PackageReference Include="System.IdentityModel.Tokens.Jwt" Version="8.23.0" />
    <PackageReference Include="Azure.Core" Version="1.60.0" />
    <PackageReference Include="Microsoft.Identity.Client" Version="4.84.2" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
using Garnet;
using StackExchange.Redis;

var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
listener.Start();
var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
listener.Stop();
var connecting = ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
await Task.Delay(50);
using var server = new GarnetServer(["-q", "--bind", "127.0.0.1", "--port", $"{port}", "--device-type", "RandomAccess", "--memory", "64m", "--page", "4m", "--index", "16m"]);
server.Start();
var clock = System.Diagnostics.Stopwatch.StartNew();
try
{
    await using var redis = await connecting;
    Console.WriteLine("begun before the port was open: connected");
}
catch (RedisConnectionException)
{
    Console.WriteLine($"begun before the port was open: failed{(clock.Elapsed.TotalSeconds > 2 ? ", more than 2 s after it was open" : "")}");
}
clock.Restart();
await using var second = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
Console.WriteLine($"begun afterwards: connected{(clock.Elapsed.TotalSeconds < 1 ? " within 1 s" : "")}");
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='begun before the port was open: failed, more than 2 s after it was open
begun afterwards: connected within 1 s'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }

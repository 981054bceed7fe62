#!/usr/bin/env bash
# A negative PEXPIRE deletes the key on Redis; Garnet refuses it and keeps the key.
#
# Seen on: Microsoft.Garnet 2.2.8, StackExchange.Redis 3.4.35, .NET 10.
# Guess:   PEXPIRE key -1 answers 1 and the key is gone, as a time to live in the past deletes everywhere in Redis.
# Seen:    an error, and the key stays. EXPIREAT with a time in the past does delete.
# So:      clamp a computed time to live to at least 1 ms, or DEL when it is not positive.
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
using var server = new GarnetServer(["-q", "--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--lua-transaction-mode", "--device-type", "RandomAccess", "--memory", "64m", "--page", "4m", "--index", "16m"]);
server.Start();
await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
var db = redis.GetDatabase();

await db.StringSetAsync("key", "1");
try
{
    Console.WriteLine(await db.ExecuteAsync("PEXPIRE", "key", "-1"));
}
catch (RedisServerException e)
{
    Console.WriteLine(e.Message);
}
Console.WriteLine($"exists {await db.KeyExistsAsync("key")}");
await db.ExecuteAsync("EXPIREAT", "key", "1");
Console.WriteLine($"exists after EXPIREAT in the past {await db.KeyExistsAsync("key")}");
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='ERR invalid expire time, must be >= 0
exists True
exists after EXPIREAT in the past False'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }

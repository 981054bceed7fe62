#!/usr/bin/env bash
# In a Garnet script, the reply of SET is not a table with the field "ok".
#
# Seen on: Microsoft.Garnet 2.2.8, StackExchange.Redis 3.4.35, .NET 10.
# Guess:   redis.call('SET', …).ok is "OK", as Redis' documentation of scripts says for every status reply.
# Seen:    The reply is a string: its field "ok" is nil, while comparing the reply itself with "OK" is true. A status reply that a script returns arrives as a bulk string.
# So:      a script that asks for .ok works on Redis and takes the other branch on Garnet, without an error. Compare keys or counts instead of status replies.
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

var script = "local r = redis.call('SET', KEYS[1], '1') return {type(r), tostring(r == 'OK'), tostring(type(r) == 'table' and r.ok)}";
Console.WriteLine(string.Join(" ", ((RedisResult[])(await db.ScriptEvaluateAsync(script, ["key"]))!).Select(r => (string)r!)));
Console.WriteLine((await db.ScriptEvaluateAsync("return redis.status_reply('FINE')")).Resp2Type);
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='string true false
BulkString'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }

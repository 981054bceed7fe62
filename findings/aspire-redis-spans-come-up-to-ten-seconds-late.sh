#!/usr/bin/env bash
# The Redis spans of Aspire's client integration come up to ten seconds after the command, and the setting cannot be reached.
#
# Seen on: Aspire.StackExchange.Redis 13.6.5, .NET 10.
# Guess:   Aspire.StackExchange.Redis uses the public OpenTelemetry package, so services.Configure<StackExchangeRedisInstrumentationOptions>(o => o.FlushInterval = …) changes how soon spans are exported.
# Seen:    The instrumentation is compiled into the package as internal types, with the public package's names. Its flush interval is ten seconds.
# So:      a trace looks as if it lacked its Redis part for ten seconds; a test that reads traces back has to wait as long.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Aspire.StackExchange.Redis" Version="13.6.5" />
    <PackageReference Include="Polly.Core" Version="8.9.1" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
using System.Reflection;

var assembly = Assembly.Load("Aspire.StackExchange.Redis");
var options = assembly.GetTypes().Single(type => type.Name == "StackExchangeRedisInstrumentationOptions");
Console.WriteLine($"{options.FullName} is {(options.IsPublic ? "public" : "internal")}");
Console.WriteLine(options.GetProperty("FlushInterval")!.GetValue(Activator.CreateInstance(options)));
Console.WriteLine(assembly.GetReferencedAssemblies().Any(reference => reference.Name == "OpenTelemetry.Instrumentation.StackExchangeRedis"));
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='OpenTelemetry.Instrumentation.StackExchangeRedis.StackExchangeRedisInstrumentationOptions is internal
00:00:10
False'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
